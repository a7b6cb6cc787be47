#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# docs_test.sh SOURCE_DIR PROGRAM...: what README.md and docs/*.md show is what is compiled, and what it prints.
# - The block below `<!-- docs/examples/NAME -->` is that file without its licence line; the block below
#   `<!-- output of docs/examples/NAME.cpp -->` is what the program .../example_NAME prints. Each program is shown so.
# - Every block of C++ is such a block.
# - A block that begins with `$ NAME FLAG...` goes on with what the program NAME prints, `...` being some lines of it.
# - In the tables of docs/NAME.md, code in columns headed `xtape` or `xtensor` stands in docs/examples/NAME.cpp.
# - In tables, code in a column headed `nn/analytic` stands in the file that its cell links to, and code in one headed
#   `the tape` is how a row of an output begins that the page shows.
# - Every diff applies to the source.
# - Every page of docs/ is listed by the index of the site.
# - Every file of docs/examples is shown or linked by a page. What a link of a page points to exists.
set -euo pipefail
source_tree=$1
cd "$source_tree"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pages=(README.md docs/*.md)
failures=0

report() {  # report OUTCOME NAME
    echo "$1: $2"
    if [[ $1 == FAILED ]]; then failures=$((failures + 1)); fi
}

block() {  # block PAGE MARK: what stands between ``` and ``` right below the line <!-- MARK -->
    awk -v mark="<!-- $2 -->" '
        { sub(/\r$/, "\\r") }
        inside && /^```$/ { found = 1; exit }
        inside { print; next }
        marked && /^```/ { inside = 1; next }
        { marked = $0 == mark }
        END { exit !found }' "$1"
}

shows() {  # shows PAGE MARK FILE
    if ! block "$1" "$2" >"$work/shown"; then report FAILED "$1 has no block below <!-- $2 -->"
    elif diff -u --label "$1" --label "$2" "$work/shown" "$3"; then report ok "$1 shows $2"
    else report FAILED "$1 shows something else than $2"; fi
}

marked() { sed -nE "s|^<!-- $2(docs/examples/.*) -->\$|\\1|p" "$1"; }  # marked PAGE KIND: files, of `KIND` marks

shown_files() {  # shown_files PAGE
    local file files
    files=$(marked "$1" '')
    for file in $files; do
        if [[ ! -e $file ]]; then report FAILED "$1 shows $file, which does not exist"; continue; fi
        sed '1{/SPDX-License-Identifier: /d}' "$file" >"$work/expected"
        shows "$1" "$file" "$work/expected"
    done
}

shown_commands() {  # shown_commands PAGE PROGRAM
    local shown flags printed pattern
    while IFS= read -r -d '' shown; do
        read -ra flags <<<"${shown%%$'\n'*}"
        printed=$("$2" "${flags[@]:2}") || true  # what it shows may be a failure
        pattern=$(sed -E '1d; s/[][*?\\()]/\\&/g; s/^[.]{3}$/*/' <<<"$shown")
        # shellcheck disable=SC2053  # a pattern it is
        if [[ $printed == $pattern ]]; then report ok "$1 shows what this prints: ${flags[*]:1}"
        else report FAILED "$1 shows something else than this prints: ${flags[*]:1}"; fi
    done < <(awk -v command="$ ${2##*/} " '
        /^```/ { if (inside) printf "%c", 0; inside = 0; first = 1; next }
        first { inside = index($0, command) == 1; first = 0 }
        inside' "$1")
}

shown_output() {  # shown_output EXAMPLE_PROGRAM...: of each, on whichever page has it
    local program mark page name shown
    for program; do
        mark="output of docs/examples/${program##*/example_}.cpp"
        page=$(grep -lFx -- "<!-- $mark -->" "${pages[@]}" | head -n 1) || true
        if [[ ! $page ]]; then report FAILED "no page has the $mark"
        elif "$program" >"$work/expected"; then shows "$page" "$mark" "$work/expected"
        else report FAILED "$program ended with an error"; fi
    done
    shown=$(cat "${pages[@]}" | marked - 'output of ')
    for name in $shown; do
        name=$(basename "$name" .cpp)
        [[ " $* " == *"/example_$name "* ]] || report FAILED "the output of $name.cpp is shown and not compared"
    done
}

# cells PAGE HEADS: each cell of the columns whose heads match, one a line
cells() {
    awk -F ' *[|] *' -v heads="^($2)\$" '
        !/^\|/ { head = 0; next }
        !head { head = 1; split("", ours); for (i = 2; i < NF; ++i) if ($i ~ heads) ours[i] = 1; next }
        { for (i in ours) print $i }' "$1"
}

# shellcheck disable=SC2016  # no ` is the shell's
quoted() { grep -oE '`[^`]+`' | tr -d '`' || true; }  # each `code`, one a line

tables() {  # tables PAGE: they are those of its program, comments aside and spaces alike
    local name=${1##*/} code count=0
    local program=docs/examples/${name%.md}.cpp
    [[ -e $program ]] || return 0
    sed -E 's| *//.*||' "$program" | tr -s ' \n' ' ' >"$work/program"
    cells "$1" 'xtape|xtensor' | quoted >"$work/cells"
    while read -r code; do
        count=$((count + 1))
        grep -qF -- "$code" "$work/program" || report FAILED "$1 says $code, which does not stand in $program"
    done <"$work/cells"
    if ((count)); then report ok "$1: $count pieces of code in tables"; fi
    [[ $1 != docs/from_* || $(grep -c '^|-' "$1") == $(grep -c '^|.*| xtape |$' "$1") ]] ||
        report FAILED "$1 has a table whose last column is not headed xtape"
}

# shellcheck disable=SC2016  # no ` is the shell's
derivations() {  # derivations PAGE: the columns `nn/analytic` and `the tape`
    local cell code file count=0
    while read -r cell; do
        file=$(dirname "$1")/$(sed -nE 's|^.*\]\((\.\./nn/analytic/[^)]+)\).*$|\1|p' <<<"$cell")
        while read -r code; do
            count=$((count + 1))
            tr -s ' \n' ' ' <"$file" | grep -F -- "$code" >"$work/found" ||
                report FAILED "$1 says $code, which does not stand in $file"
        done < <(quoted <<<"$cell")
    done < <(cells "$1" nn/analytic)
    sed '/^```text$/,/^```$/!d; s/^ *//' "$1" | tr -s ' ' >"$work/rows"
    while read -r code; do
        count=$((count + 1))
        awk -v code="$code " 'index($0 " ", code) == 1 { found = 1 } END { exit !found }' "$work/rows" ||
            report FAILED "$1 says $code, which no output on it begins with"
    done < <(cells "$1" 'the tape' | quoted)
    if ((count)); then report ok "$1: $count lines of derivations and rows of tapes"; fi
    [[ $(grep -c '^|.*| nn/analytic |' "$1") == $(grep -c '^|.*| nn/analytic | the tape |$' "$1") ]] ||
        report FAILED "$1 has a table with a column nn/analytic and none of the tape"
}

# shellcheck disable=SC2016  # no ` is the shell's
links() {  # links PAGE
    local target
    sed '/^```/,/^```$/d; s/`[^`]*`//g' "$1" | { grep -oE '\]\([^)]+\)' || true; } |
        sed -E 's/^..//; s/\)$//; s/#.*//; /^(https?:.*)?$/d' >"$work/links"
    while read -r target; do
        [[ -e $(dirname "$1")/$target ]] || report FAILED "$1 points to $target, which does not exist"
    done <"$work/links"
}

diffs() {  # diffs PAGE
    awk '/^```diff$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$1" >"$work/change"
    [[ ! -s $work/change ]] || patch --dry-run --strip=1 --fuzz=0 --quiet <"$work/change" ||
        report FAILED "$1 shows a change that does not fit the source"
}

examples=()
for program in "${@:2}"; do
    if [[ $program == */example_* ]]; then examples+=("$program"); continue; fi
    for page in "${pages[@]}"; do shown_commands "$page" "$program"; done
done
shown_output "${examples[@]}"
for page in "${pages[@]}"; do
    shown_files "$page"
    diffs "$page"
    tables "$page"
    derivations "$page"
    links "$page"
    blocks=$(grep -c '^```cpp$' "$page") || true
    marks=$(grep -c '^<!-- docs/examples/.*\.cpp -->$' "$page") || true
    [[ $blocks == "$marks" ]] || report FAILED "$page has $blocks blocks of C++, of which $marks are compiled"
done
while read -r file; do
    grep -qE "(<!-- docs/|\]\((docs/)?)$file( -->|\))" "${pages[@]}" ||
        report FAILED "no page shows docs/$file or links to it"
done < <(find docs/examples -type f -printf 'examples/%P\n')
for page in docs/*.md; do
    grep -qFx "   ${page%.md}" docs/site/index.rst || report FAILED "docs/site/index.rst does not list ${page%.md}"
done

((failures == 0))
