#include "tensor/matrix.hpp"

#include <algorithm>
#include <cstring>

#include "core/parallel.hpp"
#include "tensor/simd.hpp"

namespace espalier::matrix {

void fill_rows(real* y, Index rows, Index columns, const real* row) {
  const auto bytes = static_cast<std::size_t>(columns) * sizeof(real);
  for (Index r = 0; r < rows; ++r) std::memcpy(y + r * columns, row, bytes);
}

namespace {

using simd::kLanes;
using simd::Vector;

// Rows are added in vectors, this many before their sums go on in double.
constexpr Index kRowsInReal = 64;
constexpr Index kNarrow = 64;  // columns of an image that is read once for each vector of them

/// sums (columns) += 1' x in double, of few columns. Vectors reach into the next row: what they
/// read too far is not used.
void add_narrow(const real* x, Index rows, Index columns, double* sums) {
  for (Index first = 0; first < columns; first += kLanes) {
    const Index here = std::min(kLanes, columns - first);
    for (Index r = 0; r < rows;) {
      Vector part = {};
      for (const Index end = std::min(rows, r + kRowsInReal); r < end; ++r) {
        const real* const from = x + r * columns + first;
        if ((rows - r) * columns >= first + kLanes) {
          part += simd::load(from);
        } else {
          for (Index j = 0; j < here; ++j) part[j] += from[j];
        }
      }
      for (Index j = 0; j < here; ++j) sums[first + j] += static_cast<double>(part[j]);
    }
  }
}

/// sums (width) += 1' x in double, of rows `stride` apart.
void add_wide(const real* x, Index rows, Index stride, Index width, double* sums) {
  for (Index r = 0; r < rows; ++r) {
    const real* __restrict row = x + r * stride;
    for (Index j = 0; j < width; ++j) sums[j] += static_cast<double>(row[j]);
  }
}

}  // namespace

void column_sums(const real* x, Index rows, Index columns, double alpha, double beta, real* sums) {
  constexpr Index kBlock = 256;  // columns at a time: the double sums stay in the first-level cache
  constexpr int kMostPieces = 16;
  double block[kMostPieces][kBlock];
  for (Index first = 0; first < columns; first += kBlock) {
    const Index width = std::min(kBlock, columns - first);
    const Index grain = std::max<Index>(16384 / width, (rows + kMostPieces - 1) / kMostPieces);
    parallel::for_pieces(rows, grain, [&](int piece, Index begin, Index end) {
      double* const part = block[piece];
      std::fill_n(part, width, 0.0);
      if (columns <= kNarrow) {
        add_narrow(x + begin * columns, end - begin, columns, part);
      } else {
        add_wide(x + begin * columns + first, end - begin, columns, width, part);
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
