# Standard headers that nearly every file reads, parsed once per target: a fifth of a build's time.
# Preset clang leaves them out, so that each file goes on naming all that it uses.
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
  endif()
endfunction()
