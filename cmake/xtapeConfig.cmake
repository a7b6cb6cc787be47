# SPDX-License-Identifier: BSD-3-Clause
# find_package(xtape [COMPONENTS autodiff nn]): xtape::xtape is all of it, xtape::autodiff and xtape::nn are its parts.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(xtensor)
find_dependency(xsimd)
set(xtape_vendor "${BLA_VENDOR}")
set(BLA_VENDOR OpenBLAS)
find_dependency(BLAS)
set(BLA_VENDOR "${xtape_vendor}")
unset(xtape_vendor)

include(${CMAKE_CURRENT_LIST_DIR}/xtapeTargets.cmake)

foreach(part IN LISTS xtape_FIND_COMPONENTS)
    if(TARGET xtape::${part})
        set(xtape_${part}_FOUND TRUE)
    elseif(xtape_FIND_REQUIRED_${part})
        set(xtape_FOUND FALSE)
        set(xtape_NOT_FOUND_MESSAGE "xtape has no part `${part}` here; its parts are autodiff and nn")
    endif()
endforeach()
