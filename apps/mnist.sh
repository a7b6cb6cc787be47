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

arguments=() packages=() data=digits
[[ " $* " != *" --dataset"[\ =]"fashion "* ]] || data=fashion
for argument; do
    case $argument in
        --yes) export XTAPE_YES=1; continue ;;
        --data-dir | --data-dir=* | -h | --help) data= ;;
    esac
    arguments+=("$argument")
done
[[ $data != fashion ]] || packages=(dataset-fashion-mnist)

if [[ ${arguments[0]:-} == predict ]]; then data=; fi

install_to_build "${packages[@]}"
mnist=$root/build/release/apps/mnist
[[ -x $mnist ]] || say "Building $mnist (a minute or two) ..."
quietly build
# Where the program looks, unless told otherwise.
[[ $data != digits ]] || "$root/apps/fetch_mnist.sh" "${XDG_CACHE_HOME:-${HOME:?is not set}/.cache}/xtape/mnist"
exec "$mnist" "${arguments[@]}"
