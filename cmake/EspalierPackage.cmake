# `cpack` in the build folder: a Debian package of what `cmake --install` installs.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME espalier)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "Espalier")
set(CPACK_PACKAGE_CONTACT "the authors of Espalier <espalier@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "multi-task learning experiments from YAML")
set(CPACK_PACKAGE_DESCRIPTION
    "Many tasks train on one trunk; tasks are plugins, experiments are YAML files, runs are exact.
 Compiled by ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} with -march=${ESPALIER_ARCH}.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
# To run experiments, nothing more is needed; to write a plugin, these.
set(_compiler g++)
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  string(REGEX REPLACE "^([0-9]+).*" "clang-\\1" _compiler "${CMAKE_CXX_COMPILER_VERSION}")
endif()
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS
    "${_compiler}, cmake, make, pkgconf, libxtensor-dev, doctest-dev")
include(CPack)
