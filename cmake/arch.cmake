# SPDX-License-Identifier: BSD-3-Clause
# Sets XTAPE_MARCH, what -march is given, and XTAPE_VECTORS, the vector registers that the layout of memory depends on.

# The macros that say which instructions there are, such as __AVX2__
function(xtape_instructions arch out)
    execute_process(
        COMMAND ${CMAKE_CXX_COMPILER} -march=${arch} -dM -E -x c++ /dev/null
        OUTPUT_VARIABLE macros
        ERROR_VARIABLE said
        RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "XTAPE_ARCH must be what -march takes; got ${arch}; the compiler says\n${said}")
    endif()
    string(REGEX MATCHALL "__[A-Z0-9_]+__ 1\n" macros "${macros}")
    list(TRANSFORM macros REPLACE " 1\n" "")
    set(${out} ${macros} PARENT_SCOPE)
endfunction()

# `native` means another thing on each machine, so an installed library could not tell its users what it was built for.
# It becomes the highest level of x86-64 that this processor has.
function(xtape_level out)
    set(${out} native PARENT_SCOPE)  # on other processors
    xtape_instructions(native here)
    if("__SSE2__" IN_LIST here)
        foreach(level x86-64 x86-64-v2 x86-64-v3 x86-64-v4)
            xtape_instructions(${level} missing)
            list(REMOVE_ITEM missing ${here})
            if(NOT missing)
                set(${out} ${level} PARENT_SCOPE)
            endif()
        endforeach()
    endif()
endfunction()

set(XTAPE_MARCH ${XTAPE_ARCH})
if(XTAPE_ARCH STREQUAL native)
    xtape_level(XTAPE_MARCH)
endif()
message(STATUS "xtape is built with -march=${XTAPE_MARCH}")

xtape_instructions(${XTAPE_MARCH} instructions)
set(XTAPE_VECTORS generic)
foreach(vectors SSE2 AVX AVX2 AVX512BW)
    if("__${vectors}__" IN_LIST instructions)
        string(TOLOWER ${vectors} XTAPE_VECTORS)
    endif()
endforeach()
