#pragma once

#include <algorithm>
#include <array>
#include <numeric>

#include "core/parallel.hpp"
#include "tensor/simd.hpp"

namespace espalier {

namespace column_sums_detail {

// Rows are added in vectors, this many before their sums go on in double.
inline constexpr Index kRowsInReal = 64;
inline constexpr Index kNarrow =
    64;  // columns of an image that is read once for each vector of them

/// Vectors after which columns begin with a vector again.
constexpr Index period(Index columns) { return std::lcm(columns, simd::kLanes) / simd::kLanes; }

/// sums (columns) += 1' x in double, of `periods` of them; `kVectors`: of a period.
template <std::size_t kVectors, class Load>
void add_periods(Index begin, Index periods, Index columns, Load load, double* sums) {
  constexpr auto kLanes = static_cast<std::size_t>(simd::kLanes);
  double whole[kVectors][kLanes] = {};
  for (Index p = 0; p < periods;) {
    simd::Vector part[kVectors] = {};
    for (const Index stop = std::min(periods, p + kRowsInReal); p < stop; ++p) {
#pragma GCC unroll 5
      for (std::size_t v = 0; v < kVectors; ++v, begin += simd::kLanes) part[v] += load(begin);
    }
    for (std::size_t v = 0; v < kVectors; ++v) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        whole[v][lane] += static_cast<double>(part[v][lane]);
      }
    }
  }
  Index column = 0;
  for (const auto& lanes : whole) {
    for (const double sum : lanes) {
      sums[column] += sum;
      column = column + 1 == columns ? 0 : column + 1;
    }
  }
}

/// Rows from `begin` on that are whole periods of few vectors; returns where the rest begins.
template <class Load>
Index add_even(Index begin, Index end, Index columns, Load load, double* sums) {
  constexpr std::array kKernels = {add_periods<1, Load>, add_periods<2, Load>, add_periods<3, Load>,
                                   add_periods<4, Load>, add_periods<5, Load>};
  const auto kernel = static_cast<std::size_t>(period(columns) - 1);
  if (kernel >= kKernels.size()) return begin;
  const Index rows = period(columns) * simd::kLanes / columns, periods = (end - begin) / rows;
  kKernels[kernel](begin * columns, periods, columns, load, sums);
  return begin + periods * rows;
}

/// sums (columns) += 1' x in double, of few columns. Vectors reach into the next row: what they
/// read too far is not used.
template <class Load, class At>
void add_narrow(Index begin, Index end, Index columns, Load load, At at, double* sums) {
  for (Index first = 0; first < columns; first += simd::kLanes) {
    const Index here = std::min(simd::kLanes, columns - first);
    for (Index r = begin; r < end;) {
      simd::Vector part = {};
      for (const Index stop = std::min(end, r + kRowsInReal); r < stop; ++r) {
        const Index from = r * columns + first;
        if (end * columns - from >= simd::kLanes) {
          part += load(from);
        } else {
          for (Index j = 0; j < here; ++j) part[j] += at(from + j);
        }
      }
      for (Index j = 0; j < here; ++j) sums[first + j] += static_cast<double>(part[j]);
    }
  }
}

/// sums (width) += 1' x in double, of columns from `first` on.
template <class At>
void add_wide(Index begin, Index end, Index columns, Index first, Index width, At at,
              double* __restrict sums) {
  for (Index r = begin; r < end; ++r) {
    const Index from = r * columns + first;
    for (Index j = 0; j < width; ++j) sums[j] += static_cast<double>(at(from + j));
  }
}

}  // namespace column_sums_detail

/// sums (columns) = beta sums + alpha 1' x for x (rows, columns) whose number i is `at(i)`, and
/// whose kLanes numbers from i on are `load(i)`.
template <class Load, class At>
void sum_columns(Index rows, Index columns, Load load, At at, double alpha, double beta,
                 real* sums) {
  namespace detail = column_sums_detail;
  constexpr Index kBlock = 256;  // columns at a time: the double sums stay in the first-level cache
  constexpr int kMostPieces = 16;
  double block[kMostPieces][kBlock];
  for (Index first = 0; first < columns; first += kBlock) {
    const Index width = std::min(kBlock, columns - first);
    const Index grain = std::max<Index>(16384 / width, (rows + kMostPieces - 1) / kMostPieces);
    parallel::for_pieces(rows, grain, [&](int piece, Index begin, Index end) {
      double* const part = block[piece];
      std::fill_n(part, width, 0.0);
      if (columns <= detail::kNarrow) {
        const Index rest = detail::add_even(begin, end, columns, load, part);
        detail::add_narrow(rest, end, columns, load, at, part);
      } else {
        detail::add_wide(begin, end, columns, first, width, at, part);
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

}  // namespace espalier
