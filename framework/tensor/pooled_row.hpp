#pragma once

#include "tensor/output_gradient.hpp"
#include "tensor/simd.hpp"

namespace espalier::image_block {

/// max(0, .) and max pooling (pool_halves.hpp) between two rows of outputs of a block of images and
/// one row of the images themselves.
class PooledRow {
 public:
  /// Numbers that `place` holds.
  static Index numbers(const Window& v, Index outputs);
  PooledRow(const Window& v, Index outputs, real* place);

  /// Rows 2 `row` and 2 `row` + 1 of outputs, as vectors, become row `row` of y. REQUIRES:
  /// y.pooled().
  void put(const real* rows, Index first_image, Index images, Index row,
           const OutputPlace& y) const;
  /// Row `row` of dy becomes two rows of vectors.
  void take(const OutputGradient& dy, Index first_image, Index images, Index row, real* rows) const;

 private:
  template <class Pixel, class F>
  void each_place(Pixel* rows, F&& f) const;

  Index outputs_, width_;  // pooled positions of a row
  Index line_, image_;     // numbers of a pooled row, and of a pooled image
  real* vectors_;
  std::uint8_t* winners_;
};

}  // namespace espalier::image_block
