#include "tensor/combine.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "tensor/blas.hpp"

namespace espalier::combine {

namespace {

void write(Index n, const real* __restrict v, const Into& into, Index first) {
  const auto alpha = static_cast<real>(into.alpha), beta = static_cast<real>(into.beta);
  real* __restrict to = into.data + first;
  if (beta == 0) {
    for (Index i = 0; i < n; ++i) to[i] = alpha * v[i];
  } else {
    for (Index i = 0; i < n; ++i) to[i] = beta * to[i] + alpha * v[i];
  }
}

void add_scaled(Index n, double factor, const real* __restrict x, bool first, real* __restrict y) {
  const auto f = static_cast<real>(factor);
  if (first) {
    for (Index i = 0; i < n; ++i) y[i] = f * x[i];
  } else {
    for (Index i = 0; i < n; ++i) y[i] += f * x[i];
  }
}

}  // namespace

void combinations(Index n, std::span<const real* const> x, std::span<const double> c,
                  std::span<const Into> into) {
  constexpr Index kScratch = 4096;  // numbers of all results before one of them is written
  const auto arrays = static_cast<Index>(x.size());
  const Index block = std::max<Index>(1, kScratch / arrays);
  parallel::for_numbers(n, [&](Index begin, Index end) {
    real results[kScratch];
    for (Index i = begin; i < end; i += block) {
      const Index here = std::min(block, end - i);
      for (std::size_t t = 0; t < x.size(); ++t) {
        real* const v = results + static_cast<Index>(t) * block;
        for (std::size_t s = 0; s < x.size(); ++s) {
          add_scaled(here, c[t * x.size() + s], x[s] + i, s == 0, v);
        }
      }
      for (std::size_t t = 0; t < x.size(); ++t) {
        write(here, results + static_cast<Index>(t) * block, into[t], i);
      }
    }
  });
}

void inner_products(Index n, std::span<const real* const> x, std::span<double> gram) {
  constexpr Index kBlock = 1024, kMostPieces = 16;
  constexpr std::size_t kPairs = 64;
  const std::size_t arrays = x.size();
  const Index grain = std::max(parallel::kNumbersOfAPiece, n / kMostPieces + 1);
  double sums[kMostPieces][kPairs];
  for (std::size_t first = 0; first < arrays * arrays; first += kPairs) {
    const std::size_t last = std::min(first + kPairs, arrays * arrays);
    const auto each = [&](auto f) {  // pairs (s, t) with s <= t
      for (std::size_t p = first; p < last; ++p) {
        if (p / arrays <= p % arrays) f(p - first, p / arrays, p % arrays);
      }
    };
    parallel::for_pieces(n, grain, [&](int piece, Index begin, Index end) {
      std::fill_n(sums[piece], kPairs, 0.0);
      for (Index i = begin; i < end; i += kBlock) {
        each([&](std::size_t p, std::size_t s, std::size_t t) {
          sums[piece][p] += blas::dot(std::min(kBlock, end - i), x[s] + i, x[t] + i);
        });
      }
    });
    each([&](std::size_t p, std::size_t s, std::size_t t) {
      double sum = 0.0;
      for (int piece = 0; piece < parallel::pieces(n, grain); ++piece) sum += sums[piece][p];
      gram[s * arrays + t] = sum;
      gram[t * arrays + s] = sum;
    });
  }
}

}  // namespace espalier::combine
