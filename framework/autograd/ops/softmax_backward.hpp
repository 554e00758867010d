#pragma once

#include "espalier/op.hpp"
#include "tensor/sums.hpp"

namespace espalier {

/// dx (+)= y (dy - <y, dy>) over the last axis, y the output: a softmax, over all classes or over
/// those where y is not zero.
inline void softmax_backward(const BackwardContext& c) {
  const Index classes = c.output.shape[-1], row = c.output.shape.row_size();
  for (const Run& run : c.runs[0]) {
    for (Index at = 0; at < run.rows * row; at += classes) {
      const real* y = c.output.data + run.value_row * row + at;
      const real* dy = c.dy.data + run.dy_row * row + at;
      real* dx = c.dx[0].data + run.dx_row * row + at;
      const auto mean = static_cast<real>(
          sum_of(classes, [&](Index i) { return static_cast<double>(y[i] * dy[i]); }));
      if (run.accumulate) {
        for (Index i = 0; i < classes; ++i) dx[i] += y[i] * (dy[i] - mean);
      } else {
        for (Index i = 0; i < classes; ++i) dx[i] = y[i] * (dy[i] - mean);
      }
    }
  }
}

}  // namespace espalier
