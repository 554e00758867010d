# Standard headers that nearly every file reads, parsed once per target: a fifth of a build's time.
# Presets dev and clang leave them out, so that each file goes on naming all that it uses.
option(ESPALIER_PRECOMPILE "Precompile the standard headers" ON)

# espalier_precompile(TARGET [HEADER...]): with further headers, in <>.
function(espalier_precompile target)
  if(ESPALIER_PRECOMPILE)
    target_precompile_headers(
      ${target}
      PRIVATE
      <algorithm>
      <array>
      <cmath>
      <filesystem>
      <functional>
      <map>
      <memory>
      <numeric>
      <optional>
      <set>
      <span>
      <string>
      <string_view>
      <vector>
      ${ARGN})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # g++ 12 forgets which lines of a precompiled header are the system's, and shows what it
      # suspects in std::string (GCC bug 105651). Preset dev has the warnings.
      target_compile_options(${target} PRIVATE -Wno-stringop-overflow -Wno-stringop-overread
                                               -Wno-array-bounds)
    endif()
  endif()
endfunction()
