#include "tensor/im2col.hpp"

#include <algorithm>
#include <cstring>

namespace espalier {

namespace {

/// Kernel columns [begin, end) that lie inside the image when the window starts at column `left`.
struct Inside {
  Index begin;
  Index end;
};

Inside inside(Index left, Index kernel, Index extent) {
  return {std::clamp<Index>(-left, 0, kernel), std::clamp<Index>(extent - left, 0, kernel)};
}

void zero(real* y, Index n) { std::memset(y, 0, static_cast<std::size_t>(n) * sizeof(real)); }

void copy(const real* x, Index n, real* y) {
  std::memcpy(y, x, static_cast<std::size_t>(n) * sizeof(real));
}

// One row of output pixels. With channels last, a kernel row is a contiguous run of `run` numbers;
// kRun > 0 fixes its length for the few-channel images whose runs are shorter than a call is worth.
template <Index kRun>
void im2col_row(const Window& w, const real* image, Index top, real* columns) {
  const Index c = w.channels, run = kRun > 0 ? kRun : w.kernel_width * c, width = w.out_width();
  for (Index ox = 0; ox < width; ++ox) {
    const Index left = ox * w.stride - w.padding;
    const bool whole = left >= 0 && left + w.kernel_width <= w.width;
    for (Index ky = 0; ky < w.kernel_height; ++ky, columns += run) {
      const Index y = top + ky;
      if (y < 0 || y >= w.height) {
        zero(columns, run);
      } else if (whole) {
        copy(image + (y * w.width + left) * c, run, columns);
      } else {
        const Inside in = inside(left, w.kernel_width, w.width);
        zero(columns, run);
        copy(image + (y * w.width + left + in.begin) * c, (in.end - in.begin) * c,
             columns + in.begin * c);
      }
    }
  }
}

}  // namespace

void im2col(const Window& w, Index images, const real* x, real* columns) {
  const Index run = w.kernel_width * w.channels;
  const auto row = run == 3 ? im2col_row<3> : run == 5 ? im2col_row<5> : im2col_row<0>;
  for (Index n = 0; n < images; ++n) {
    for (Index oy = 0; oy < w.out_height(); ++oy) {
      row(w, x + n * w.image_size(), oy * w.stride - w.padding, columns);
      columns += w.out_width() * w.column_size();
    }
  }
}

void col2im_add(const Window& w, Index images, const real* columns, real* x) {
  const Index c = w.channels, run = w.kernel_width * c;
  for (Index n = 0; n < images; ++n, x += w.image_size()) {
    for (Index oy = 0; oy < w.out_height(); ++oy) {
      for (Index ox = 0; ox < w.out_width(); ++ox) {
        const Index top = oy * w.stride - w.padding, left = ox * w.stride - w.padding;
        const Inside in = inside(left, w.kernel_width, w.width);
        const Index first = in.begin * c, count = (in.end - in.begin) * c;
        for (Index ky = 0; ky < w.kernel_height; ++ky, columns += run) {
          if (top + ky < 0 || top + ky >= w.height) continue;
          const real* __restrict from = columns + first;
          real* __restrict to = x + ((top + ky) * w.width + left) * c + first;
          for (Index i = 0; i < count; ++i) to[i] += from[i];
        }
      }
    }
  }
}

}  // namespace espalier
