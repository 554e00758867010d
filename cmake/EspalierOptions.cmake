set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")

set(ESPALIER_ARCH "x86-64-v3" CACHE STRING "Value of -march (native for this machine only)")
# Everything in double: for problems whose course rounding decides (experiments/toy). The tests are
# of the build in float.
set(ESPALIER_REAL float CACHE STRING "Scalar of all tensors: float or double")
option(ESPALIER_TESTS "Build the tests" ON)
option(ESPALIER_BENCH "Build the benchmarks" OFF)
set(ESPALIER_SANITIZE "" CACHE STRING "Value of -fsanitize, e.g. address,undefined")
# Experiments, studies and commands instantiate much the same of JSON, YAML and CLI11, over and over.
option(ESPALIER_UNITY "Compile the files of these several at a time, which takes half the time" OFF)
option(ESPALIER_COVERAGE "Measure line coverage" OFF)

# For what runs for moments and is compiled often: commands and tests.
set(ESPALIER_QUICK_BUILD -O1)
if(ESPALIER_SANITIZE)
  set(ESPALIER_QUICK_BUILD -O0)  # there the optimiser's time is the longest
endif()

# Flags that every translation unit of the project and of its plugins shares.
set(ESPALIER_SHARED_FLAGS -march=${ESPALIER_ARCH} -fno-math-errno -ffp-contract=fast)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND ESPALIER_ARCH STREQUAL "native")
  # g++ 12 splits vectors at 256 bits by default even where 512 are as fast.
  list(APPEND ESPALIER_SHARED_FLAGS -mprefer-vector-width=512)
endif()
if(ESPALIER_SANITIZE)
  list(APPEND ESPALIER_SHARED_FLAGS -fsanitize=${ESPALIER_SANITIZE} -fno-sanitize-recover=all
       -fno-omit-frame-pointer)
endif()
add_library(espalier_flags INTERFACE)
target_compile_features(espalier_flags INTERFACE cxx_std_20)
target_compile_options(espalier_flags INTERFACE ${ESPALIER_SHARED_FLAGS})
if(ESPALIER_SANITIZE)
  target_link_options(espalier_flags INTERFACE -fsanitize=${ESPALIER_SANITIZE})
endif()
if(ESPALIER_COVERAGE)
  target_compile_options(espalier_flags INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(espalier_flags INTERFACE --coverage)
endif()

add_library(espalier_warnings INTERFACE)
target_compile_options(
  espalier_warnings
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
            -Wnon-virtual-dtor -Woverloaded-virtual -Wdouble-promotion -Wcast-align -Werror
            # xtensor 0.24's xstorage.hpp raises a false one in the optimiser.
            -Wno-error=array-bounds
            # g++ 12 raises pages of false ones on std::string (GCC bug 105329).
            $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
