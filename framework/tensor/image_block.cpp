#include "tensor/image_block.hpp"

#include <algorithm>

#include "tensor/pack.hpp"
#include "tensor/transpose_block.hpp"

namespace espalier::image_block {

using simd::kLanes;

void gather(const real* from, Index images, Index stride, Index numbers, real* to) {
  pack({from, stride, 1}, images, numbers, kLanes, to);
}

namespace {

/// turn(i) moves numbers [i, i + kLanes) of whole vectors of images; where fewer are left, the last
/// vector overlaps the one before. Returns how many numbers are moved: all, or none.
template <class F>
Index turn_whole(Index images, Index numbers, F turn) {
  if (images != kLanes || numbers < kLanes) return 0;
  for (Index i = 0; i + kLanes <= numbers; i += kLanes) turn(i);
  if (numbers % kLanes != 0) turn(numbers - kLanes);
  return numbers;
}

}  // namespace

void gather(const std::uint8_t* from, Index images, Index stride, Index numbers, std::uint8_t* to) {
  const auto move = [=](Index i) {
    simd::transpose_block(from + i, stride, to + i * kLanes, kLanes);
  };
  for (Index i = turn_whole(images, numbers, move); i < numbers; ++i) {
    for (Index n = 0; n < kLanes; ++n) {
      to[i * kLanes + n] = n < images ? from[n * stride + i] : std::uint8_t{0};
    }
  }
}

void scatter(const std::uint8_t* from, Index images, Index stride, Index numbers,
             std::uint8_t* to) {
  const auto move = [=](Index i) {
    simd::transpose_block(from + i * kLanes, kLanes, to + i, stride);
  };
  for (Index i = turn_whole(images, numbers, move); i < numbers; ++i) {
    for (Index n = 0; n < images; ++n) to[n * stride + i] = from[i * kLanes + n];
  }
}

void scatter(const real* from, Index images, Index stride, Index numbers, bool add, real* to) {
  const auto move = [=](Index i) {
    simd::transpose_block(from + i * kLanes, kLanes, to + i, stride);
  };
  Index i = add ? 0 : turn_whole(images, numbers, move);
  alignas(simd::kBytes) real turned[kLanes * kLanes];
  for (; i < numbers; i += kLanes) {
    const Index here = std::min(kLanes, numbers - i);
    if (here == kLanes) {
      simd::transpose_block(from + i * kLanes, kLanes, turned, kLanes);
    } else {
      for (Index k = 0; k < here; ++k) {
        for (Index n = 0; n < kLanes; ++n) turned[n * kLanes + k] = from[(i + k) * kLanes + n];
      }
    }
    for (Index n = 0; n < images; ++n) {
      real* const place = to + n * stride + i;
      for (Index k = 0; k < here; ++k) {
        place[k] = add ? place[k] + turned[n * kLanes + k] : turned[n * kLanes + k];
      }
    }
  }
}

}  // namespace espalier::image_block
