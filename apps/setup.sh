# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# For the commands to source: installs the Debian packages that are missing, after asking (XTAPE_YES=1: without).

say() { printf '%s\n' "$@" >&2; }

# quietly COMMAND...: shows what it printed only when it fails.
quietly() {
    local output status
    output=$("$@" 2>&1) && return
    status=$?
    say "$output"
    return "$status"
}

cannot_install() {  # cannot_install REASON PACKAGE...
    say "$1 This needs the Debian packages" "  ${*:2}" \
        "or what they stand for. With these in place, build with" "  cmake --workflow --preset release"
    return 1
}

confirmed() {  # asks on a terminal; without one, yes
    local answer
    [[ -n ${XTAPE_YES:-} || ! -t 0 ]] && return
    read -r -p "Install them with apt-get? [Y/n] " answer || return
    [[ -z $answer || $answer == [Yy]* ]]
}

apt_get() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "$@"; }

find_missing() {  # sets `missing` to those of PACKAGE... that are not installed
    local package states
    # shellcheck disable=SC2016  # the ${...} are dpkg-query's
    states=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
    missing=()
    for package; do
        [[ $'\n'$states$'\n' == *$'\n'"$package installed"$'\n'* ]] || missing+=("$package")
    done
}

# install_missing PACKAGE...: uses neither network nor root when all of them are there.
install_missing() {
    local missing as_root=()
    find_missing "$@"
    ((${#missing[@]})) || return 0
    say "Packages missing: ${missing[*]}"
    command -v apt-get >/dev/null || { cannot_install "There is no apt-get here." "$@"; return; }
    if (($(id -u))); then
        command -v sudo >/dev/null || { cannot_install "Only root can install them; there is no sudo." "$@"; return; }
        as_root=(sudo)
    fi
    confirmed || { cannot_install "Nothing was installed." "$@"; return; }
    say "Installing them ..."
    # The usual reason for a first failure is package lists that are old, or not there yet.
    apt_get install "${missing[@]}" >/dev/null 2>&1 && return
    quietly apt_get update || true
    quietly apt_get install "${missing[@]}" || cannot_install "apt-get could not install them." "$@"
}

# install_to_build [PACKAGE...]: what apps/mnist is built, its data fetched and its pictures drawn with, and these.
install_to_build() {
    install_missing g++ cmake ninja-build libxtensor-dev libxtensor-blas-dev libxsimd-dev libopenblas-pthread-dev \
        libcli11-dev nlohmann-json3-dev librandom123-dev zlib1g-dev libzip-dev libpng-dev libssl-dev gnuplot-nox \
        curl ca-certificates "$@"
}
