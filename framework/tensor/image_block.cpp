#include "tensor/image_block.hpp"

#include <algorithm>

#include "tensor/pack.hpp"
#include "tensor/transpose_block.hpp"

namespace espalier::image_block {

using simd::kLanes;

void gather(const real* from, Index images, Index stride, Index numbers, real* to) {
  pack({from, stride, 1}, images, numbers, kLanes, to);
}

void scatter(const real* from, Index images, Index stride, Index numbers, bool add, real* to) {
  Index i = 0;
  if (images == kLanes && !add) {
    for (; i + kLanes <= numbers; i += kLanes) {
      simd::transpose_block(from + i * kLanes, kLanes, to + i, stride);
    }
  }
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
