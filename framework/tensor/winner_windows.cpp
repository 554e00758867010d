#include "tensor/winner_windows.hpp"

#include <algorithm>
#include <cstring>

#include "tensor/transpose_block.hpp"
#include "tensor/winner_list.hpp"

namespace espalier::convolution::winners {

namespace {

using block_sums::Entry;
using block_sums::Sum;
using pool_halves::kPixels;
using simd::kLanes;

constexpr Index kBytesAtOnce = 24 * 1024;  // half of a first-level cache
constexpr Index kHalf = WindowsLayout::kHalf;

using Half [[gnu::vector_size(simd::kBytes / 2), gnu::aligned(alignof(real)), gnu::may_alias]] =
    real;

/// Vectors of a window's rows.
Index vectors(const Window& v, Index pixel) {
  return v.kernel_height * simd::whole_vectors(v.kernel_width * pixel) / kLanes;
}

// A vector that begins anywhere lies in two lines of the cache.
Index pixel_of(const Window& v) {
  const Index whole = simd::whole_vectors(v.channels);
  return vectors(v, whole) <= 2 * vectors(v, v.channels) ? whole : v.channels;
}

}  // namespace

WindowsLayout::WindowsLayout(const Window& v, Index outputs)
    : paired(v.kernel_width * v.channels < kHalf),
      pixel(paired ? v.channels : pixel_of(v)),
      row((v.width + 2 * v.padding) * pixel),
      right(paired ? kLanes : v.stride * pixel),
      down(v.stride * (paired ? v.out_width() * kLanes : row)),
      block_rows(paired ? (v.kernel_height + 1) / 2 : v.kernel_height),
      block_row(paired ? kLanes : simd::whole_vectors(v.kernel_width * pixel)),
      from_row(paired ? 2 * v.out_width() * kLanes : row),
      block(block_rows * block_row),
      // The last window reads whole vectors.
      bordered(simd::whole_vectors((v.height + 2 * v.padding) * row) + kLanes),
      image(paired ? (v.height + 2 * v.padding) * v.out_width() * kLanes : bordered),
      at_once(std::max<Index>(1, kBytesAtOnce / static_cast<Index>(sizeof(real)) / image)),
      outputs_at_once(std::clamp<Index>(
          block_sums::kMostEntries / (at_once * v.positions() / kPixels), 1, outputs)),
      farthest(outputs * block),
      places(at_once * v.positions() / kPixels),
      turned(simd::whole_vectors(places)),
      winners(simd::in_numbers<std::uint8_t>(simd::whole_vectors(outputs_at_once) * turned)),
      corners(simd::in_numbers<std::int32_t>(places)),
      sums(simd::in_numbers<Sum>(outputs_at_once)),
      entries(simd::in_numbers<Entry>(places * outputs_at_once + kSlack)),
      all(at_once * image + (paired ? bordered : 0) + winners + corners + sums + entries) {}

bool WindowsLayout::fits() const { return block_sums::reach(std::max(all, farthest)); }

Windows::Windows(const Window& v, const WindowsLayout& layout, Index outputs, real* place)
    : v_(v),
      layout_(layout),
      outputs_(outputs),
      images_(place),
      bordered_(images_ + layout.at_once * layout.image),
      winners_(reinterpret_cast<std::uint8_t*>(bordered_ + (layout.paired ? layout.bordered : 0))),
      corners_(reinterpret_cast<std::int32_t*>(reinterpret_cast<real*>(winners_) + layout.winners)),
      sums_(reinterpret_cast<Sum*>(reinterpret_cast<real*>(corners_) + layout.corners)),
      entries_(reinterpret_cast<Entry*>(reinterpret_cast<real*>(sums_) + layout.sums)) {
  std::fill(images_, reinterpret_cast<real*>(winners_), real{0});
  for (Index n = 0; layout.pixel > v.channels && n < layout.at_once; ++n) {  // borders too
    real* const image = images_ + n * layout.image;
    for (Index i = layout.pixel - 1; i < layout.image; i += layout.pixel) image[i] = 1;
  }
  const auto step = [](Index i) { return static_cast<std::int32_t>(i); };
  std::int32_t* corner = corners_;
  for (Index n = 0; n < layout.at_once; ++n) {
    for (Index y = 0; y < v.out_height() / 2; ++y) {
      for (Index x = 0; x < v.out_width() / 2; ++x) {
        *corner++ = step(n * layout.image + 2 * (y * layout.down + x * layout.right));
      }
    }
  }
  winner_ = {0, step(layout.right), step(layout.down), step(layout.down + layout.right)};
}

void Windows::put(Index images, const real* x) {
  const real* const end = x + images * v_.image_size();
  for (Index n = 0; n < images; ++n) {
    real* const to = images_ + n * layout_.image;
    put_bordered(x + n * v_.image_size(), end, layout_.paired ? bordered_ : to);
    if (layout_.paired) pair(bordered_, to);
  }
}

void Windows::put_bordered(const real* x, const real* end, real* to) const {
  const Index line = v_.width * v_.channels;
  to += v_.padding * (layout_.row + layout_.pixel);
  for (Index y = 0; y < v_.height; ++y, to += layout_.row, x += line) {
    if (layout_.pixel == v_.channels) {
      std::copy_n(x, line, to);
    } else {
      put_apart(x, end, to);
    }
  }
}

// Pixels of a row that lie apart are moved in whole vectors, and cut off: as many as can be read
// so.
void Windows::put_apart(const real* x, const real* end, real* to) const {
  const Index channels = v_.channels, pixel = layout_.pixel;
  const Index room = end - x - pixel;
  const Index whole = room < 0 ? 0 : std::min(v_.width, room / channels + 1);
  const Index last = pixel - kLanes;
  const simd::Mask inside = simd::lanes_below(channels - last);
  simd::Vector filler = {};
  filler[kLanes - 1] = 1;
  for (Index i = 0; i < whole; ++i, x += channels, to += pixel) {
    for (Index c = 0; c < last; c += kLanes) simd::store(to + c, simd::load(x + c));
    simd::store(to + last, inside ? simd::load(x + last) : filler);
  }
  for (Index i = whole; i < v_.width; ++i, x += channels, to += pixel) {
    std::copy_n(x, channels, to);
  }
}

// The vector of row y and place x: what the window's row shows that begins there, in row y and in
// the next. The image has no row behind the last one: there zeros remain.
void Windows::pair(const real* bordered, real* to) const {
  const Index rows = v_.height + 2 * v_.padding, places = v_.out_width(), line = places * kLanes;
  const Index step = v_.stride * v_.channels;
  for (Index y = 0; y < rows; ++y, bordered += layout_.row, to += line) {
    for (Index x = 0; x < places; ++x) {
      Half half = *reinterpret_cast<const Half*>(bordered + x * step);
      half[kHalf - 1] = 1;
      *reinterpret_cast<Half*>(to + x * kLanes) = half;
      if (y > 0) *reinterpret_cast<Half*>(to - line + x * kLanes + kHalf) = half;
    }
  }
}

// Winners of outputs [first, last) as rows, in whole vectors where these can be read.
void Windows::turn(Index images, const std::uint8_t* winners, Index first, Index last) {
  const Index places = images * v_.positions() / kPixels, all = places * outputs_;
  for (Index o = first; o < last; o += kLanes) {
    std::uint8_t* const to = winners_ + (o - first) * layout_.turned;
    const Index whole = std::min(places, (all - o - kLanes) / outputs_ + 1) / kLanes * kLanes;
    for (Index p = 0; p < whole; p += kLanes) {
      simd::transpose_block(winners + p * outputs_ + o, outputs_, to + p, layout_.turned);
    }
    for (Index p = std::max<Index>(0, whole); p < places; ++p) {
      for (Index i = 0; i < std::min(kLanes, last - o); ++i) {
        to[i * layout_.turned + p] = winners[p * outputs_ + o + i];
      }
    }
  }
}

// Who won, for outputs [first, last).
void Windows::look(Index images, Index first, Index last) {
  const Index places = images * v_.positions() / kPixels;
  const auto step = [](Index i) { return static_cast<std::int32_t>(i); };
  Listed of{.first = 0, .step = step(outputs_), .offsets = corners_, .shift = winner_};
  Entry* end = entries_;
  used_ = 0;
  for (Index o = first; o < last; ++o) {
    const Entry* const begin = end;
    of.first = step(o);
    end = list(places, winners_ + (o - first) * layout_.turned, of, end);
    if (begin == end) continue;
    sums_[used_++] = {step(o * layout_.block), step(begin - entries_), step(end - begin)};
  }
}

void Windows::add(Index images, const std::uint8_t* winners,
                  std::span<const block_sums::Lane> lanes) {
  for (Index o = 0; o < outputs_; o += layout_.outputs_at_once) {
    const Index last = std::min(o + layout_.outputs_at_once, outputs_);
    turn(images, winners, o, last);
    look(images, o, last);
    block_sums::add({sums_, used_}, entries_,
                    {.rows = layout_.block_rows,
                     .vectors = layout_.block_row / kLanes,
                     .from = images_,
                     .from_row = layout_.from_row,
                     .to_row = layout_.block_row},
                    lanes);
  }
}

}  // namespace espalier::convolution::winners
