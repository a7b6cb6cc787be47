# SPDX-License-Identifier: BSD-3-Clause
# find_package(xtape [COMPONENTS autodiff nn io]): xtape::autodiff and xtape::nn are parts of xtape::xtape. Beside it,
# xtape::io reads and writes files, and needs libzip.
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

if(io IN_LIST xtape_FIND_COMPONENTS)
    find_library(xtape_LIBZIP zip)
endif()
foreach(part IN LISTS xtape_FIND_COMPONENTS)
    if(TARGET xtape::${part} AND NOT (part STREQUAL io AND NOT xtape_LIBZIP))
        set(xtape_${part}_FOUND TRUE)
    elseif(xtape_FIND_REQUIRED_${part})
        set(xtape_FOUND FALSE)
        set(xtape_NOT_FOUND_MESSAGE "xtape has no part `${part}`: there are autodiff, nn and, with libzip, io")
    endif()
endforeach()
