#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# readme_test.sh SOURCE_DIR EXAMPLE_PROGRAM...: what the README shows is what is compiled, and what that prints.
# The block below `<!-- docs/examples/NAME.cpp -->` must be that file without its licence line; the block below
# `<!-- output of docs/examples/NAME.cpp -->` must be what the program .../example_NAME prints. Every file of
# docs/examples and every program given must be shown.
set -euo pipefail
source_tree=$1 readme=$1/README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

report() {  # report OUTCOME NAME
    echo "$1: $2"
    if [[ $1 == FAILED ]]; then failures=$((failures + 1)); fi
}

block() {  # block MARK: what stands between ``` and ``` right below the line <!-- MARK -->
    awk -v mark="<!-- $1 -->" '
        { sub(/\r$/, "\\r") }
        inside && /^```$/ { found = 1; exit }
        inside { print; next }
        marked && /^```/ { inside = 1; next }
        { marked = $0 == mark }
        END { exit !found }' "$readme"
}

shows() {  # shows MARK FILE
    if ! block "$1" >"$work/shown"; then report FAILED "README.md has no block below <!-- $1 -->"
    elif diff -u --label README.md --label "$1" "$work/shown" "$2"; then report ok "$1"
    else report FAILED "README.md shows something else than $1"; fi
}

for file in "$source_tree"/docs/examples/*.cpp; do
    sed '1{/^\/\/ SPDX-License-Identifier: /d}' "$file" >"$work/expected"
    shows "docs/examples/${file##*/}" "$work/expected"
done
for program in "${@:2}"; do
    name=${program##*/example_}
    if "$program" >"$work/expected"; then shows "output of docs/examples/$name.cpp" "$work/expected"
    else report FAILED "$program ended with an error"; fi
done
# Nothing is shown that no file stands behind.
while read -r file; do
    [[ -e $source_tree/$file ]] || report FAILED "README.md shows $file, which does not exist"
done < <(sed -nE 's/^<!-- (output of )?(docs\/examples\/.*) -->$/\2/p' "$readme")
blocks=$(grep -c '^```cpp$' "$readme" || true) marks=$(grep -c '^<!-- docs/examples/.* -->$' "$readme" || true)
if [[ $blocks != "$marks" ]]; then report FAILED "README.md has $blocks blocks of C++, of which $marks are compiled"; fi

((failures == 0))
