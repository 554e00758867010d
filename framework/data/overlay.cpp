#include "data/overlay.hpp"

#include <algorithm>

namespace espalier {

namespace {

constexpr Index kOffset = 6;  // mgda: the second image's corner
constexpr Index kMoves = 5;   // pareto_mtl: an image moves 0 to 4 pixels away from its corner
constexpr double kMean = 0.1307, kDeviation = 0.3081;  // mgda: of MNIST's pixels

/// A picture whose corner lies at (top, left) of the empty canvas.
struct Placed {
  const Picture& picture;
  Index top, left;
  real at(Index row, Index column) const {
    const Index r = row - top, c = column - left;
    if (r < 0 || r >= picture.height || c < 0 || c >= picture.width) return real{0};
    return picture.pixels[r * picture.width + c];
  }
};

}  // namespace

void overlay_mgda(const Picture& first, const Picture& second, std::vector<real>& out) {
  const Placed one{first, 0, 0}, other{second, kOffset, kOffset};
  const Index h = first.height, w = first.width;
  for (Index r = 0; r < h; ++r) {
    const Index row = (2 * r + 1) * (h + kOverlayMargin) / (2 * h);
    for (Index c = 0; c < w; ++c) {
      const Index column = (2 * c + 1) * (w + kOverlayMargin) / (2 * w);
      const auto pixel = static_cast<double>(std::max(one.at(row, column), other.at(row, column)));
      out.push_back(static_cast<real>((pixel - kMean) / kDeviation));
    }
  }
}

void overlay_pareto_mtl(const Picture& first, const Picture& second, RandomStream& random,
                        std::vector<real>& out) {
  Placed one{first, 0, 0}, other{second, kOverlayMargin, kOverlayMargin};
  one.top += random.below(kMoves);
  one.left += random.below(kMoves);
  other.top -= random.below(kMoves);
  other.left -= random.below(kMoves);
  for (Index r = 0; r < first.height + kOverlayMargin; ++r) {
    for (Index c = 0; c < first.width + kOverlayMargin; ++c) {
      out.push_back(std::min(real{1}, one.at(r, c) + other.at(r, c)));
    }
  }
}

}  // namespace espalier
