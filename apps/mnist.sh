#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# apps/mnist.sh [--yes] [ARGUMENT...]: installs what is missing, builds apps/mnist, fetches MNIST once and trains; with
# --dataset fashion it installs Fashion-MNIST instead of fetching.
# apps/mnist.sh [--yes] predict|eval --model FILE [ARGUMENT...]: the same, and uses what a training saved.
# The arguments go to the program; --help lists them. --yes installs packages without asking.
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
# shellcheck source=/dev/null
source "$root/apps/setup.sh"

build() { cd "$root" && cmake --preset release && cmake --build --preset release --target mnist; }

arguments=() packages=() data=digits saved='' own='' before=''
for argument; do
    case $argument in
        --yes) export XTAPE_YES=1; continue ;;
        --data-dir | --data-dir=* | -h | --help | --version) own=1 ;;
        --dataset=*) data=${argument#*=} ;;
        --model=* | --resume=*) saved=${argument#*=} ;;
    esac
    case $before in
        --dataset) data=$argument ;;
        --model | --resume) saved=$argument ;;
    esac
    arguments+=("$argument") before=$argument
done
# A saved network says in its header what it learned.
if [[ -f $saved ]] && grep -aqFm 1 '"dataset":"\"fashion\""' "$saved"; then data=fashion; fi
if [[ $own || ${arguments[0]:-} == predict ]]; then data=; fi
[[ $data != fashion ]] || packages=(dataset-fashion-mnist)

install_to_build "${packages[@]}"
mnist=$root/build/release/apps/mnist
[[ -x $mnist ]] || say "Building $mnist (a minute or two) ..."
quietly build
# Where the program looks, unless told otherwise.
[[ $data != digits ]] || "$root/apps/fetch_mnist.sh" "${XDG_CACHE_HOME:-${HOME:?is not set}/.cache}/xtape/mnist"
exec "$mnist" "${arguments[@]}"
