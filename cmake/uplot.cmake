# uPlot (MIT) for the interactive curves of a study's page: one archive from the npm registry, known
# by its hash, made a C++ source in the build tree. Without it (no network) the page has the drawn
# curves only; configuring never fails over it. Sets ESPALIER_UPLOT_SOURCE.
set(ESPALIER_UPLOT "" CACHE FILEPATH "uplot-1.6.32.tgz, where it shall not be fetched")
set(_url https://registry.npmjs.org/uplot/-/uplot-1.6.32.tgz)
set(_hash 4b8a8191e425658e3ea8c8c1314b0fc679c861ee3a1af2b20c7b16ba50b5133d)
set(_folder ${CMAKE_BINARY_DIR}/uplot)
set(_archive ${_folder}/uplot-1.6.32.tgz)
if(ESPALIER_UPLOT)
  set(_archive ${ESPALIER_UPLOT})
endif()

function(_uplot_hash_of file result)
  set(found none)
  if(EXISTS ${file} AND NOT IS_DIRECTORY ${file})
    file(SHA256 ${file} found)
  endif()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

_uplot_hash_of("${_archive}" _found)
if(NOT ESPALIER_UPLOT AND NOT _found STREQUAL _hash)
  # Fetched without EXPECTED_HASH, whose mismatch would end the configuring; compared below.
  file(DOWNLOAD ${_url} ${_archive} TIMEOUT 20 INACTIVITY_TIMEOUT 10 STATUS _status)
  _uplot_hash_of("${_archive}" _found)
endif()

set(UPLOT_SCRIPT "")
set(UPLOT_STYLE "")
set(UPLOT_LICENCE "")
if(_found STREQUAL _hash)
  file(ARCHIVE_EXTRACT INPUT ${_archive} DESTINATION ${_folder})
  file(READ ${_folder}/package/dist/uPlot.iife.min.js UPLOT_SCRIPT)
  file(READ ${_folder}/package/dist/uPlot.min.css UPLOT_STYLE)
  file(READ ${_folder}/package/LICENSE UPLOT_LICENCE)
else()
  message(STATUS "uPlot is not at hand (${_archive}): pages of studies have static curves only")
endif()

set(ESPALIER_UPLOT_SOURCE ${CMAKE_BINARY_DIR}/generated/uplot.cpp)
configure_file(${CMAKE_CURRENT_LIST_DIR}/uplot.cpp.in ${ESPALIER_UPLOT_SOURCE} @ONLY)
