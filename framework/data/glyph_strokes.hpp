#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// A point the pen passes through, x to the right and y down; capitals are about 100 high. The path
/// is smooth there unless it is a corner.
struct GlyphPoint {
  double x = 0.0;
  double y = 0.0;
  bool corner = false;
};

/// One movement of the pen from touching the paper to leaving it.
using GlyphStroke = std::vector<GlyphPoint>;

/// One way of writing a character. `strokes` is text: points "x,y", a corner "x,y!", strokes
/// separated by "/".
struct GlyphForm {
  char character = ' ';
  double weight = 1.0;  ///< how often it is met, relative to the character's other forms
  std::string_view strokes;
};

/// All forms, those of one character next to each other: 0-9, then A-Z.
ESPALIER_API std::span<const GlyphForm> glyph_forms();

/// The points of a form's text.
ESPALIER_API std::vector<GlyphStroke> parse_strokes(std::string_view text);

}  // namespace espalier
