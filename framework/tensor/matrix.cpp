#include "tensor/matrix.hpp"

#include <algorithm>
#include <cstring>

#include "core/parallel.hpp"
#include "tensor/column_sums.hpp"

namespace espalier::matrix {

void fill_rows(real* y, Index rows, Index columns, const real* row) {
  const auto bytes = static_cast<std::size_t>(columns) * sizeof(real);
  for (Index r = 0; r < rows; ++r) std::memcpy(y + r * columns, row, bytes);
}

void add_rows(real* y, Index rows, Index columns, const real* row) {
  for (Index r = 0; r < rows; ++r, y += columns) {
    for (Index c = 0; c < columns; ++c) y[c] += row[c];
  }
}

void column_sums(const real* x, Index rows, Index columns, double alpha, double beta, real* sums) {
  sum_columns(
      rows, columns, [=](Index i) { return simd::load(x + i); }, [=](Index i) { return x[i]; },
      alpha, beta, sums);
}

void scale(Index n, double factor, const real* x, real* y) {
  const auto f = static_cast<real>(factor);
  parallel::for_numbers(n, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) y[i] = f * x[i];
  });
}

void add_scaled(Index n, double factor, const real* x, real* y) {
  const auto f = static_cast<real>(factor);
  parallel::for_numbers(n, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) y[i] += f * x[i];
  });
}

void fill(Index n, real value, real* x) {
  parallel::for_numbers(n, [=](Index begin, Index end) { std::fill(x + begin, x + end, value); });
}

}  // namespace espalier::matrix
