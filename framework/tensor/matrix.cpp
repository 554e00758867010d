#include "tensor/matrix.hpp"

#include <algorithm>
#include <cstring>

#include "core/parallel.hpp"

namespace espalier::matrix {

void fill_rows(real* y, Index rows, Index columns, const real* row) {
  const auto bytes = static_cast<std::size_t>(columns) * sizeof(real);
  for (Index r = 0; r < rows; ++r) std::memcpy(y + r * columns, row, bytes);
}

void column_sums(const real* x, Index rows, Index columns, double alpha, double beta, real* sums) {
  constexpr Index kBlock = 256;  // columns at a time: the double sums stay in the first-level cache
  constexpr int kMostPieces = 16;
  double block[kMostPieces][kBlock];
  for (Index first = 0; first < columns; first += kBlock) {
    const Index width = std::min(kBlock, columns - first);
    const Index grain = std::max<Index>(65536 / width, (rows + kMostPieces - 1) / kMostPieces);
    parallel::for_pieces(rows, grain, [&](int piece, Index begin, Index end) {
      double* const part = block[piece];
      std::fill_n(part, width, 0.0);
      for (Index r = begin; r < end; ++r) {
        const real* __restrict row = x + r * columns + first;
        for (Index j = 0; j < width; ++j) part[j] += static_cast<double>(row[j]);
      }
    });
    for (int piece = 1; piece < parallel::pieces(rows, grain); ++piece) {
      for (Index j = 0; j < width; ++j) block[0][j] += block[piece][j];
    }
    for (Index j = 0; j < width; ++j) {
      const double before = beta == 0.0 ? 0.0 : beta * static_cast<double>(sums[first + j]);
      sums[first + j] = static_cast<real>(before + alpha * block[0][j]);
    }
  }
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
