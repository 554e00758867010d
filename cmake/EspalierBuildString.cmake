# One literal that names everything two libraries must share to exchange C++ objects.
set(_sanitize "${ESPALIER_SANITIZE}")
if(NOT _sanitize)
  set(_sanitize none)
endif()
foreach(real float double)
  string(CONCAT ESPALIER_BUILD_STRING
    "espalier ${PROJECT_VERSION}; ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}; "
    "c++${CMAKE_CXX_STANDARD}; real ${real}; arch ${ESPALIER_ARCH}; "
    "xtensor ${xtensor_VERSION}; sanitize ${_sanitize}; ${CMAKE_BUILD_TYPE}")
  set(ESPALIER_BUILD_STRING_${real} "${ESPALIER_BUILD_STRING}")
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/build_string.hpp.in
               ${CMAKE_BINARY_DIR}/generated/espalier/build_string.hpp @ONLY)
