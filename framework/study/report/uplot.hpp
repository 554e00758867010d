#pragma once

#include <string_view>

namespace espalier::report {

/// uPlot 1.6.32 as fetched when the build was configured; all three are empty without it.
std::string_view uplot_script();
std::string_view uplot_style();
std::string_view uplot_licence();

}  // namespace espalier::report
