#pragma once

#include <algorithm>

#include "core/parallel.hpp"
#include "tensor/image_block.hpp"

namespace espalier::image_block {

/// Blocks of images in bands of rows, as many as keep all threads at work.
class Pieces {
 public:
  /// `most`: pieces that there is scratch for.
  Pieces(Index images, Index rows, Index most)
      : images_(images),
        rows_(rows),
        bands_(std::clamp<Index>(parallel::threads() / std::max<Index>(1, count(images)), 1, rows)),
        grain_(parallel::grain_for(count(images) * bands_, std::max<Index>(1, most))) {}

  /// f(piece, first image, images, first row, rows behind the last one), one call for a band.
  template <class F>
  void run(F&& f) const {
    parallel::for_pieces(count(images_) * bands_, grain_, [&](int piece, Index begin, Index end) {
      for (Index item = begin; item < end; ++item) {
        const Index first = item / bands_ * simd::kLanes, band = item % bands_;
        f(piece, first, std::min(simd::kLanes, images_ - first), band * rows_ / bands_,
          (band + 1) * rows_ / bands_);
      }
    });
  }
  int pieces() const { return parallel::pieces(count(images_) * bands_, grain_); }

 private:
  Index images_, rows_, bands_, grain_;
};

}  // namespace espalier::image_block
