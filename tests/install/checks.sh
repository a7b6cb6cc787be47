# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# For the tests of installing to source, with source_tree, compiler and work set.

failures=0
settings=("-DCMAKE_CXX_COMPILER=$compiler" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DXTAPE_PRECOMPILE=ON)
if command -v ccache >/dev/null; then
    settings+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    export CCACHE_SLOPPINESS=pch_defines,time_macros
fi

report() {  # report OUTCOME NAME
    echo "$1: $2"
    if [[ $1 == FAILED ]]; then
        failures=$((failures + 1))
        tail -n 30 "$work/log"
    fi
}

check() {  # check NAME COMMAND...: it succeeds
    if "${@:2}" >"$work/log" 2>&1; then report ok "$1"; else report FAILED "$1"; fi
}

refused() {  # refused NAME REASON COMMAND...: it fails and says why
    if "${@:3}" >"$work/log" 2>&1 || ! grep -Eq -- "$2" "$work/log"; then report FAILED "$1"; else report ok "$1"; fi
}

configure() {  # configure FOLDER [FLAGS]
    cmake -S "$source_tree/tests/install/consumer" -B "$work/$1" -G Ninja "${settings[@]}" "${@:2}"
}

build_and_run() {
    configure "$@" && cmake --build "$work/$1" --target app engine saving old_processor && "$work/$1/engine" &&
        "$work/$1/app" && "$work/$1/saving"
}

finish() { exit $((failures > 0)); }
