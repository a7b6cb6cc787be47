#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# budget.sh PREFIX [COMPILER]: what xtape, installed in PREFIX, costs its users, beside xtensor's header alone; fails
# above the budget: the library 10 MB stripped; a file that includes everything and trains a recurrent network 500 MB
# and 3 s of processor time, or 1.6 times xtensor's where that alone takes longer than the machine it was set on.
set -euo pipefail
source_tree=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
prefix=${1:?usage: bench/budget.sh PREFIX [COMPILER]} compiler=${2:-g++}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name xtape.pc)")
export PKG_CONFIG_PATH
read -ra cflags <<<"$(pkg-config --cflags xtape)"
libdir=$(pkg-config --variable=libdir xtape)

cost() {  # cost FILE: seconds of processor time and megabytes of memory to compile it, the best of three
    local i
    for i in 1 2 3; do
        command time -f '%U %S %M' -o "$work/$i" "$compiler" -std=c++20 -O2 "${cflags[@]}" -c "$1" -o "$work/object.o"
    done
    awk '{ print $1 + $2, $3 * 1024 / 1e6 }' "$work"/[123] | sort -n | head -n 1
}

echo '#include <xtensor/xarray.hpp>' >"$work/xtensor.cpp"
read -r xtensor_seconds xtensor_memory < <(cost "$work/xtensor.cpp")
read -r seconds memory < <(cost "$source_tree/tests/install/consumer/app.cpp")
size=0
for library in "$libdir"/libxtape_*.a; do
    strip --strip-unneeded -o "$work/library.a" "$library"
    size=$((size + $(stat -c %s "$work/library.a")))
done

awk -v s="$seconds" -v m="$memory" -v xs="$xtensor_seconds" -v xm="$xtensor_memory" -v b="$size" 'BEGIN {
    printf "a file that trains a network: %.2f s, %.0f MB\n", s, m
    printf "xtensor/xarray.hpp alone:     %.2f s, %.0f MB\n", xs, xm
    printf "the library, stripped:        %.1f MB\n", b / 1e6
    most = 1.6 * xs > 3 ? 1.6 * xs : 3
    if (s >= most) { printf "over the budget of %.2f s\n", most; over = 1 }
    if (m >= 500) { print "over the budget of 500 MB"; over = 1 }
    if (b >= 10e6) { print "over the budget of 10 MB"; over = 1 }
    exit over
}'
