#pragma once

#include <algorithm>

#include "autograd/ops/window_check.hpp"
#include "espalier/ops.hpp"

namespace espalier {

/// The pixels [top, bottom) x [left, right) of the image that a pooling window stands on; its own
/// pixel (0, 0) is at (y, x), outside the image where the border is.
struct PoolPixels {
  Index y, x, top, bottom, left, right;
  Index count() const { return (bottom - top) * (right - left); }
};

inline Window pool_window(const Shape& x, const PoolOptions& o) {
  return {x[1], x[2], x[3], o.kernel, o.kernel, o.stride == 0 ? o.kernel : o.stride, o.padding};
}

inline PoolPixels pool_pixels(const Window& w, Index oy, Index ox) {
  const Index y = oy * w.stride - w.padding, x = ox * w.stride - w.padding;
  return {y,
          x,
          std::max<Index>(y, 0),
          std::min(y + w.kernel_height, w.height),
          std::max<Index>(x, 0),
          std::min(x + w.kernel_width, w.width)};
}

/// Calls f(position of the window, its pixels) for all windows of one image.
template <class F>
void for_windows(const Window& w, F f) {
  Index position = 0;
  for (Index oy = 0; oy < w.out_height(); ++oy) {
    for (Index ox = 0; ox < w.out_width(); ++ox) f(position++, pool_pixels(w, oy, ox));
  }
}

}  // namespace espalier
