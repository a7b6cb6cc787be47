# SPDX-License-Identifier: BSD-3-Clause
# What `cmake --install` and `cpack` put in place: the library, its headers, and how CMake and pkg-config find them.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(headers ${CMAKE_INSTALL_INCLUDEDIR}/xtape)
install(FILES xtape.hpp ${XTAPE_INCLUDE}/xtape/config.hpp ${XTAPE_INCLUDE}/xtape/version.hpp DESTINATION ${headers})
install(DIRECTORY autodiff DESTINATION ${headers} FILES_MATCHING PATTERN "*.hpp")
install(DIRECTORY nn DESTINATION ${headers} FILES_MATCHING PATTERN "*.hpp" PATTERN analytic EXCLUDE
                                                                        PATTERN "*_header.hpp" EXCLUDE
                                                                        PATTERN npz_file.hpp EXCLUDE
                                                                        PATTERN system.hpp EXCLUDE
                                                                        PATTERN zip.hpp EXCLUDE)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/xtape)
install(
    TARGETS xtape_xtape xtape_autodiff xtape_nn xtape_io
    EXPORT xtapeTargets
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT xtapeTargets NAMESPACE xtape:: DESTINATION ${package})
write_basic_package_version_file(xtapeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/xtapeConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/xtapeConfigVersion.cmake DESTINATION ${package})

set(pkgconfig ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH XTAPE_PREFIX_FROM_PC /${pkgconfig} /)  # the installed tree may be moved
foreach(name xtape xtape-io)
    configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc DESTINATION ${pkgconfig})
endforeach()

if(PROJECT_IS_TOP_LEVEL)
    set(CPACK_GENERATOR DEB)
    set(CPACK_PACKAGE_NAME libxtape-dev)
    set(CPACK_PACKAGE_CONTACT "The xtape authors")
    set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
    set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Built with -march=${XTAPE_MARCH}, as programs that use it must be.")
    set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
    set(CPACK_DEBIAN_PACKAGE_DEPENDS "libxtensor-dev (>= 0.24)" "libxsimd-dev (>= 8.1)"
                                     "libopenblas-pthread-dev | libopenblas-dev" "libzip-dev (>= 1.7)")
    list(JOIN CPACK_DEBIAN_PACKAGE_DEPENDS ", " CPACK_DEBIAN_PACKAGE_DEPENDS)
    set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
    set(CPACK_VERBATIM_VARIABLES ON)
    include(CPack)
    install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/libxtape-dev RENAME copyright)
endif()
