#include "tensor/matrix.hpp"

#include <algorithm>
#include <cstring>

namespace espalier::matrix {

void fill_rows(real* y, Index rows, Index columns, const real* row) {
  const auto bytes = static_cast<std::size_t>(columns) * sizeof(real);
  for (Index r = 0; r < rows; ++r) std::memcpy(y + r * columns, row, bytes);
}

void column_sums(const real* x, Index rows, Index columns, double alpha, double beta, real* sums) {
  constexpr Index kBlock = 256;  // columns at a time: the double sums stay in the first-level cache
  double block[kBlock];
  for (Index first = 0; first < columns; first += kBlock) {
    const Index width = std::min(kBlock, columns - first);
    std::fill_n(block, width, 0.0);
    for (Index r = 0; r < rows; ++r) {
      const real* __restrict row = x + r * columns + first;
      for (Index j = 0; j < width; ++j) block[j] += static_cast<double>(row[j]);
    }
    for (Index j = 0; j < width; ++j) {
      const double before = beta == 0.0 ? 0.0 : beta * static_cast<double>(sums[first + j]);
      sums[first + j] = static_cast<real>(before + alpha * block[j]);
    }
  }
}

void scale(Index n, double factor, const real* x, real* y) {
  const auto f = static_cast<real>(factor);
  for (Index i = 0; i < n; ++i) y[i] = f * x[i];
}

void add_scaled(Index n, double factor, const real* x, real* y) {
  const auto f = static_cast<real>(factor);
  for (Index i = 0; i < n; ++i) y[i] += f * x[i];
}

void fill(Index n, real value, real* x) { std::fill_n(x, n, value); }

}  // namespace espalier::matrix
