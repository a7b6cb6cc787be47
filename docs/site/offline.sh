#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# offline.sh HTML_FOLDER: fails if a page loads anything from the network, or a file that is not there.
set -euo pipefail
cd "$1"
wrong=0
loaded=$(grep -rE --include='*.html' -o '<(script|img|link rel="stylesheet")[^>]* (src|href)="[^"]+"' . |
    sed -E 's|^\./([^:]*):.* (src\|href)="([^"?]+).*"$|\1 \3|' | sort -u)
while read -r page file; do
    if [[ ! -e $(dirname "$page")/$file ]]; then
        echo "$page loads $file, which is not there" >&2
        wrong=1
    fi
done <<<"$loaded"
if grep -rlE --include='*.css' '(@import|url\() *["'\'']?(https?:)?//' .; then
    echo "these style sheets load from the network" >&2
    wrong=1
fi
exit $wrong
