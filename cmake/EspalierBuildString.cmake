# A header with one literal that names everything two libraries must share to exchange C++ objects.
configure_file(${CMAKE_CURRENT_LIST_DIR}/build_string.hpp.in
               ${CMAKE_BINARY_DIR}/generated/espalier/build_string.hpp @ONLY)
