#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# install_test.sh SOURCE BUILD COMPILER: projects that use what BUILD installs, by find_package and pkg-config, and
# projects that build the source, by FetchContent and add_subdirectory. Without a network.
set -euo pipefail
source_tree=$1 build=$2 compiler=$3
work=$build/tests/install/work  # always the same: ccache knows files by their place
rm -rf "$work"
mkdir -p "$work"
# shellcheck source=/dev/null
source "$source_tree/tests/install/checks.sh"

cmake --install "$build" --prefix "$work/first" >"$work/log"
mv "$work/first" "$work/installed"  # what is installed may be moved
march=$(sed -nE 's/^#define XTAPE_MARCH "(.*)"/\1/p' "$work/installed/include/xtape/config.hpp")
version=$(sed -nE 's/^#define XTAPE_VERSION "(.*)"/\1/p' "$work/installed/include/xtape/version.hpp")

found=(-DWAY=find_package "-DCMAKE_PREFIX_PATH=$work/installed")
check find_package build_and_run find_package "${found[@]}" "-DXTAPE_VERSION=${version%.*}" \
    '-DXTAPE_PARTS=autodiff;nn;io'
told() {  # all properties that end in the compiler's or the linker's flags, LINK_LIBRARIES aside
    local targets=$work/installed/lib/cmake/xtape/xtapeTargets.cmake
    diff <(sed -nE 's/^ *INTERFACE_(COMPILE|LINK)_([A-KM-Z].*)/\2/p' "$targets") \
        <(printf '%s\n' 'DEFINITIONS "XTENSOR_USE_XSIMD"' 'FEATURES "cxx_std_20"' "OPTIONS \"-march=$march\"")
}
check 'CMake is told -march, XTENSOR_USE_XSIMD and C++20, and nothing else' told
check 'native, which is another thing elsewhere, is not told' [ "$march" != native ]
refused 'another minor version' 'version: '"$version" configure other_version "${found[@]}" -DXTAPE_VERSION=0.99
refused 'a part that is not there' 'no part .mpi.: there are autodiff, nn and, with libzip, io' \
    configure other_part "${found[@]}" -DXTAPE_PARTS=mpi
refused 'files, without libzip' 'no part .io.: there are autodiff, nn and, with libzip, io' \
    configure without_libzip "${found[@]}" '-DXTAPE_PARTS=nn;io' -Dxtape_LIBZIP=
check 'networks, without libzip' configure without_libzip "${found[@]}" '-DXTAPE_PARTS=autodiff;nn'
needs_libzip() { readelf -d "$work/find_package/$1" | grep 'NEEDED.*libzip'; }
only_saving() { needs_libzip saving && ! needs_libzip app; }
check 'only what links to xtape::io needs libzip' only_saving
public_headers() {
    diff <(cd "$work/installed/include/xtape/nn/io" && printf '%s\n' *) \
        <(printf '%s\n' compare.hpp file.hpp import.hpp io.hpp model.hpp npy.hpp npz.hpp safetensors.hpp)
}
check 'of nn/io, public headers are installed, and no others' public_headers
refused 'a processor without the instructions' "^\[xtape\] built with -march=$march, but this processor has no " \
    "$work/find_package/old_processor"

# The page's own project
mkdir "$work/page"
cp "$source_tree/docs/examples/project/CMakeLists.txt" "$work/page"
cp "$source_tree/docs/examples/first_gradient.cpp" "$work/page/main.cpp"
page() {
    cmake -S "$work/page" -B "$work/page/build" -G Ninja "${settings[@]}" "-DCMAKE_PREFIX_PATH=$work/installed" &&
        cmake --build "$work/page/build" && "$work/page/build/app"
}
check 'the project of docs/getting_started.md' page

export PKG_CONFIG_PATH=$work/installed/lib/pkgconfig
consumer=$source_tree/tests/install/consumer
plain() {  # plain MODULE PROGRAM [FLAGS]
    local cflags libs
    read -ra cflags <<<"$(pkg-config --cflags "$1")"
    read -ra libs <<<"$(pkg-config --libs "$1")"
    "$compiler" -std=c++20 -O0 "$consumer/$2.cpp" "${cflags[@]}" "${@:3}" "${libs[@]}" -o "$work/plain" && "$work/plain"
}
check pkg-config plain xtape app
check 'pkg-config, files' plain xtape-io saving
check 'pkg-config, without libzip' [ "$(pkg-config --libs --static xtape | grep -c zip)" = 0 ]
check "pkg-config says version $version" pkg-config --exact-version "$version" xtape
refused 'pkg-config, for another processor' \
    "error:.*\[xtape\] the library was built with -march=$march, this file with another" plain xtape app -march=x86-64
refused 'pkg-config, without XTENSOR_USE_XSIMD' 'error: .*xtape needs XTENSOR_USE_XSIMD' \
    plain xtape app -UXTENSOR_USE_XSIMD
refused 'pkg-config, as C++17' 'error: .*xtape needs C\+\+20' plain xtape app -std=c++17

# What a project needs of the source is in the archive. The second way has the same files, which are built already.
tar -C "$source_tree" -czf "$work/xtape.tar.gz" CMakeLists.txt xtape.hpp autodiff cmake nn
check FetchContent build_and_run from_source -DWAY=FetchContent "-DXTAPE_URL=file://$work/xtape.tar.gz"
rm -f "$work"/from_source/{app,engine,saving}
check add_subdirectory build_and_run from_source -DWAY=add_subdirectory \
    "-DXTAPE_SOURCE=$work/from_source/_deps/xtape-src"
finish
