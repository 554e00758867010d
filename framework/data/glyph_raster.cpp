#include "data/glyph_raster.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace espalier {

namespace {

constexpr auto kSide = static_cast<std::size_t>(kGlyphSide);
using Canvas = std::array<float, kSide * kSide>;

/// Pixels from the first to the last one touched by [low, high], cut at the image.
struct Span {
  std::size_t first = 0;
  std::size_t end = 0;
  Span(double low, double high)
      : first(static_cast<std::size_t>(std::clamp(std::ceil(low), 0.0, 28.0))),
        end(static_cast<std::size_t>(std::clamp(std::floor(high) + 1.0, 0.0, 28.0))) {}
};

/// Coverage of a pixel at distance d from the middle line: 1 inside the radius, 0 outside, falling
/// linearly over `softness` pixels. Where pieces overlap, the larger one counts.
void draw(const InkSegment& s, double softness, Canvas& canvas) {
  const double reach = std::max(s.r0, s.r1) + 0.5 * softness;
  const Span rows(std::min(s.y0, s.y1) - reach, std::max(s.y0, s.y1) + reach);
  const Span columns(std::min(s.x0, s.x1) - reach, std::max(s.x0, s.x1) + reach);
  const double vx = s.x1 - s.x0;
  const double vy = s.y1 - s.y0;
  const double per_length = 1.0 / std::max(vx * vx + vy * vy, 1e-12);
  for (std::size_t y = rows.first; y < rows.end; ++y) {
    for (std::size_t x = columns.first; x < columns.end; ++x) {
      const double px = static_cast<double>(x) - s.x0;
      const double py = static_cast<double>(y) - s.y0;
      const double t = std::clamp((px * vx + py * vy) * per_length, 0.0, 1.0);
      const double qx = px - t * vx;
      const double qy = py - t * vy;
      const double distance = std::sqrt(qx * qx + qy * qy);
      const double edge = s.r0 + t * (s.r1 - s.r0) - distance;
      const double cover = std::clamp(edge / softness + 0.5, 0.0, 1.0);
      float& pixel = canvas[y * kSide + x];
      pixel = std::max(pixel, static_cast<float>(cover));
    }
  }
}

/// One pass of (b, 1 - 2b, b) along rows and columns.
void blur(Canvas& canvas, float b) {
  const auto pass = [&](std::size_t stride, std::size_t across) {
    for (std::size_t line = 0; line < kSide; ++line) {
      float before = 0.0F;
      for (std::size_t i = 0; i < kSide; ++i) {
        float& pixel = canvas[line * across + i * stride];
        const float after = i + 1 < kSide ? canvas[line * across + (i + 1) * stride] : 0.0F;
        const float here = pixel;
        pixel = b * (before + after) + (1.0F - 2.0F * b) * here;
        before = here;
      }
    }
  };
  pass(1, kSide);
  pass(kSide, 1);
}

}  // namespace

void draw_ink(std::span<const InkSegment> ink, RandomStream& random,
              std::span<std::uint8_t> image) {
  Canvas canvas{};
  const double softness = 0.8 + 0.9 * random.uniform();
  for (const InkSegment& piece : ink) draw(piece, softness, canvas);
  blur(canvas, static_cast<float>(0.12 * random.uniform()));
  const double gain = 1.0 + 0.5 * random.uniform();
  const double noise = 0.05 * random.uniform();
  for (std::size_t i = 0; i < canvas.size(); ++i) {
    const auto ink_here = static_cast<double>(canvas[i]);
    // Noise on ink only: paper stays black, as in scanned and thresholded forms.
    const double value =
        ink_here > 0.02 ? gain * ink_here + noise * (2.0 * random.uniform() - 1.0) : 0.0;
    image[i] = static_cast<std::uint8_t>(std::lround(255.0 * std::clamp(value, 0.0, 1.0)));
  }
}

}  // namespace espalier
