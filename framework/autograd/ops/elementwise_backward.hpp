#pragma once

#include "core/parallel.hpp"
#include "espalier/op.hpp"
#include "tensor/matrix.hpp"

/// The loops over the runs of a backward pass, written once for all elementwise ops.
namespace espalier {

namespace elementwise_detail {

template <class F>
void add(Index n, const real* __restrict v, const real* __restrict dy, real* __restrict dx, F f) {
  for (Index i = 0; i < n; ++i) dx[i] += f(v[i], dy[i]);
}

template <class F>
void overwrite(Index n, const real* __restrict v, const real* __restrict dy, real* __restrict dx,
               F f) {
  for (Index i = 0; i < n; ++i) dx[i] = f(v[i], dy[i]);
}

template <class F>
void in_place(Index n, const real* __restrict v, real* __restrict dx, F f) {
  for (Index i = 0; i < n; ++i) dx[i] = f(v[i], dx[i]);
}

}  // namespace elementwise_detail

/// dx_k (+)= f(v, dy) for every element of the runs of input k; v are the values that f needs.
template <class F>
void elementwise_backward(const BackwardContext& c, std::size_t k, const Tensor& values, F f) {
  const Index row = c.dy.shape.row_size();
  for (const Run& run : c.runs[k]) {
    const Index n = run.rows * row;
    const real* v = values.data + run.value_row * row;
    const real* dy = c.dy.data + run.dy_row * row;
    real* dx = c.dx[k].data + run.dx_row * row;
    const bool accumulate = run.accumulate;
    parallel::for_numbers(n, [=](Index begin, Index end) {
      if (accumulate) {
        elementwise_detail::add(end - begin, v + begin, dy + begin, dx + begin, f);
      } else if (dx == dy) {  // planned in place
        elementwise_detail::in_place(end - begin, v + begin, dx + begin, f);
      } else {
        elementwise_detail::overwrite(end - begin, v + begin, dy + begin, dx + begin, f);
      }
    });
  }
}

/// dx_k (+)= factor * dy.
inline void scaled_backward(const BackwardContext& c, std::size_t k, double factor = 1.0) {
  const Index row = c.dy.shape.row_size();
  for (const Run& run : c.runs[k]) {
    const real* dy = c.dy.data + run.dy_row * row;
    real* dx = c.dx[k].data + run.dx_row * row;
    if (run.accumulate) {
      matrix::add_scaled(run.rows * row, factor, dy, dx);
    } else {
      matrix::scale(run.rows * row, factor, dy, dx);
    }
  }
}

}  // namespace espalier
