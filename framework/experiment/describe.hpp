#pragma once

#include <string>

#include "experiment/prepared.hpp"

namespace espalier {

/// The model as text: data, trunk stage by stage, heads, with output shapes, parameters and
/// multiply-adds of one example.
ESPALIER_API std::string describe_model(const Prepared& run);

/// The same composition as an SVG drawing.
ESPALIER_API std::string draw_model(const Prepared& run);

/// What `check` prints: one sentence, then rows, parameters and planned memory.
ESPALIER_API std::string check_report(const Prepared& run);

}  // namespace espalier
