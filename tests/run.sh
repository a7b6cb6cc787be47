#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tests/run.sh [--yes]: installs what is missing, builds and runs every test, with GCC, and with clang's sanitizers.
# The last line is `N passed, N failed`. --yes installs packages without asking.
set -euo pipefail
cd "$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")"
# shellcheck source=/dev/null
source apps/setup.sh

case $* in
    '') ;;
    --yes) export XTAPE_YES=1 ;;
    *) echo "usage: tests/run.sh [--yes]" >&2; exit 2 ;;
esac
install_to_build doctest-dev libeigen3-dev patch pkg-config time python3-minimal clang-14 libclang-rt-14-dev \
    doxygen python3-sphinx python3-breathe python3-sphinx-rtd-theme python3-myst-parser libjs-mathjax

passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for preset in dev asan; do
    CXX=g++ cmake --workflow --preset "$preset" 2>&1 | tee "$log" && green=1 || green=
    # ctest: "95% tests passed, 1 tests failed out of 20"
    read -r bad all < <(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests? failed out of ([0-9]+).*/\1 \2/p' "$log") ||
        bad=0 all=0
    # What did not build, or had no tests to run, counts as one failure.
    if [[ ! $green && $bad == 0 || $all == 0 ]]; then bad=$((bad + 1)) all=$((all + 1)); fi
    failed=$((failed + bad)) passed=$((passed + all - bad))
done
echo "$passed passed, $failed failed"
((failed == 0))
