#pragma once

#include <span>
#include <vector>

#include "data/glyph_strokes.hpp"
#include "espalier/random.hpp"

namespace espalier {

/// A straight piece of ink in pixels: from (x0, y0), where the pen is r0 wide to either side, to
/// (x1, y1).
struct InkSegment {
  double x0 = 0.0, y0 = 0.0, r0 = 0.0;
  double x1 = 0.0, y1 = 0.0, r1 = 0.0;
};

/// Writes a form as a hand would, differently each time: unsteady points, strokes that miss each
/// other or overshoot, slant, rotation, narrow and wide letters, a smooth warp of the whole, a
/// thick or thin pen pressed unevenly. The ink is fitted into a box of 20 pixels, the aspect ratio
/// kept, and centred by mass in an image of 28, as MNIST's images are.
class GlyphPen {
 public:
  /// The ink of one instance; valid until the next call.
  std::span<const InkSegment> write(std::span<const GlyphStroke> form, RandomStream& random);

 private:
  void trace(const GlyphStroke& stroke, RandomStream& random);
  void bend(RandomStream& random);
  void fit(RandomStream& random);
  void press(RandomStream& random);
  void centre(RandomStream& random);

  double radius_ = 1.0;             // pen radius in pixels
  std::vector<GlyphPoint> points_;  // one stroke's points, made unsteady
  std::vector<InkSegment> ink_;     // all strokes
};

}  // namespace espalier
