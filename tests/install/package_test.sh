#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# package_test.sh SOURCE BUILD COMPILER: the Debian package is built, installs below a folder of BUILD beside what this
# system has, and is used from there, within the budget of time and memory.
set -euo pipefail
source_tree=$1 compiler=$3
work=$2/tests/install/package  # always the same: ccache knows files by their place
rm -rf "$work"
mkdir -p "$work"
# shellcheck source=/dev/null
source "$source_tree/tests/install/checks.sh"

make_package() (
    local flags=("-DCMAKE_CXX_COMPILER=$compiler" -DXTAPE_PRECOMPILE=ON)
    cd "$source_tree" && cmake --preset package -B "$work/build" "${flags[@]}" &&
        cmake --build "$work/build" --target xtape_autodiff xtape_nn xtape_io && cd "$work/build" && cpack -G DEB
)
check 'cpack -G DEB' make_package
package=$(echo "$work"/build/libxtape-dev_*.deb)

root=$work/root
install_package() {  # by dpkg, which knows what is installed here and asks for the dependencies; only root may
    if (($(id -u))); then dpkg-deb --extract "$package" "$root"; return; fi
    mkdir -p "$root"/var/lib/dpkg/{info,updates} && touch "$root/var/lib/dpkg/available" || return
    cp /var/lib/dpkg/status "$root/var/lib/dpkg/status" && dpkg --root="$root" --install "$package"
}
check 'the package installs' install_package
depends() { dpkg-deb --field "$package" Depends | grep -E 'libxtensor-dev .*libxsimd-dev .*libopenblas.*libzip-dev'; }
check 'the package says what it depends on' depends
check 'the package is for x86-64-v3' grep -rq -- '-march=x86-64-v3"' "$root/usr/lib"
check 'find_package' build_and_run installed -DWAY=find_package "-DCMAKE_PREFIX_PATH=$root/usr"
check 'the budget' "$source_tree/bench/budget.sh" "$root" "$compiler"
grep . "$work/log"
finish
