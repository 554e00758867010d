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

/// Output columns [begin, end) at which the window stands on image columns only.
Inside interior(const Window& w) {
  const Index width = w.out_width(), last = w.width + w.padding - w.kernel_width;
  const Index begin = std::min((w.padding + w.stride - 1) / w.stride, width);
  return {begin, std::clamp(last < 0 ? 0 : last / w.stride + 1, begin, width)};
}

// One kernel row of one row of output pixels, from image row `x`. With channels last it is a
// contiguous run of numbers; kRun > 0 fixes its length for few-channel images, whose runs are
// shorter than a call is worth.
template <Index kRun>
void im2col_row(const Window& w, const real* x, real* columns) {
  const Index c = w.channels, run = kRun > 0 ? kRun : w.kernel_width * c, step = w.column_size();
  const auto border = [&](Index ox) {
    const Index left = ox * w.stride - w.padding;
    const Inside in = inside(left, w.kernel_width, w.width);
    real* const column = columns + ox * step;
    zero(column, run);
    if (in.begin == in.end) return;
    copy(x + (left + in.begin) * c, (in.end - in.begin) * c, column + in.begin * c);
  };
  const Inside whole = interior(w);
  for (Index ox = 0; ox < whole.begin; ++ox) border(ox);
  for (Index ox = whole.begin; ox < whole.end; ++ox) {
    copy(x + (ox * w.stride - w.padding) * c, run, columns + ox * step);
  }
  for (Index ox = whole.end; ox < w.out_width(); ++ox) border(ox);
}

void zero_row(const Window& w, Index run, real* columns) {
  for (Index ox = 0; ox < w.out_width(); ++ox) zero(columns + ox * w.column_size(), run);
}

}  // namespace

void im2col(const Window& w, Index images, const real* x, real* columns) {
  const Index run = w.kernel_width * w.channels;
  const auto row = run == 3 ? im2col_row<3> : run == 5 ? im2col_row<5> : im2col_row<0>;
  for (Index n = 0; n < images; ++n, x += w.image_size()) {
    for (Index oy = 0; oy < w.out_height(); ++oy, columns += w.out_width() * w.column_size()) {
      for (Index ky = 0; ky < w.kernel_height; ++ky) {
        const Index y = oy * w.stride - w.padding + ky;
        if (y < 0 || y >= w.height) {
          zero_row(w, run, columns + ky * run);
        } else {
          row(w, x + y * w.width * w.channels, columns + ky * run);
        }
      }
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
          if (top + ky < 0 || top + ky >= w.height || count == 0) continue;
          const real* __restrict from = columns + first;
          real* __restrict to = x + ((top + ky) * w.width + left) * c + first;
          for (Index i = 0; i < count; ++i) to[i] += from[i];
        }
      }
    }
  }
}

}  // namespace espalier
