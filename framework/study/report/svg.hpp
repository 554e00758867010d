#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/api.hpp"

namespace espalier::report {

/// A colour is a palette name ("ink", "muted", "grid", "paper", "s0" to "s7"), "#rrggbb" or "" for
/// none. A palette name becomes a class (f-NAME, k-NAME), which a page's style may set, and an
/// attribute with the colour on white paper, which a style overrules.
struct Paint {
  std::string fill = {}, stroke = {};
  double width = 1.0, opacity = 1.0;
  std::string dash = {};
};

struct Font {
  double size = 11.0;
  std::string anchor = "start";
  std::string colour = "ink";
  bool bold = false;
};

/// The palette name of the i-th series; the colours are those of Okabe and Ito 2008, "Color
/// Universal Design", and repeat after eight.
std::string series_colour(std::size_t index);
/// The stroke that tells series of the same colour apart.
std::string series_dash(std::size_t index);
/// The colour on white paper, on black paper; `name` itself where it is no palette name.
std::string light_colour(std::string_view name);
std::string dark_colour(std::string_view name);
const std::vector<std::string>& palette_names();

/// A drawing that grows downwards; what is written into it is escaped.
class ESPALIER_API Canvas {
 public:
  Canvas(double width, std::string title);

  double width() const { return width_; }
  /// The drawing reaches down to `y` at least.
  void grow(double y);

  /// Words cut to about `room` px; all of them then stand in the element's <title>.
  void text(double x, double y, std::string_view words, const Font& font = {}, double room = 1e9);
  void line(double x1, double y1, double x2, double y2, const Paint& paint);
  void rect(double x, double y, double width, double height, const Paint& paint);
  void circle(double x, double y, double radius, const Paint& paint);
  /// `kind` is a further class, by which a style or a test finds the path.
  void path(std::string_view d, const Paint& paint, std::string_view kind = {});
  /// Diagonals over a rectangle.
  void hatch(double x, double y, double width, double height);

  /// The document, on white paper; xmlns and size are set, so that it stands alone.
  std::string str() const;

 private:
  double width_, height_ = 0.0;
  std::string title_, body_;
};

/// A coordinate with two decimals at most.
std::string px(double value);

/// How wide `words` are, about.
double text_width(std::string_view words, double size);

}  // namespace espalier::report
