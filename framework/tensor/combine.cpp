#include "tensor/combine.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "tensor/blas.hpp"
#include "tensor/simd.hpp"

namespace espalier::combine {

namespace {

using simd::kLanes;
using simd::Vector;

constexpr std::size_t kAtOnce = 4;  // vectors of one array that are taken in turn

Index place(Index i, std::size_t vectors) { return i + static_cast<Index>(vectors) * kLanes; }

/// Numbers [i, i + count * kLanes) of `differences`; `count` is known to the compiler.
template <std::size_t count>
void differ(Index i, std::span<const real* const> x, std::span<const Into> into) {
  const auto share = static_cast<real>(1.0 / static_cast<double>(x.size()));
  Vector mean[count] = {};
  for (const real* const from : x) {
    for (std::size_t v = 0; v < count; ++v) mean[v] += share * simd::load(from + place(i, v));
  }
  for (std::size_t t = 0; t < x.size(); ++t) {
    const auto alpha = static_cast<real>(into[t].alpha), beta = static_cast<real>(into[t].beta);
    for (std::size_t v = 0; v < count; ++v) {
      const Index at = place(i, v);
      const Vector more = alpha * (simd::load(x[t] + at) - mean[v]);
      real* const to = into[t].data + at;
      simd::store(to, beta == 0 ? more : beta * simd::load(to) + more);
    }
  }
}

void differ_one(Index i, std::span<const real* const> x, std::span<const Into> into) {
  const auto share = static_cast<real>(1.0 / static_cast<double>(x.size()));
  real mean = 0;
  for (const real* const from : x) mean += share * from[i];
  for (std::size_t t = 0; t < x.size(); ++t) {
    const auto alpha = static_cast<real>(into[t].alpha), beta = static_cast<real>(into[t].beta);
    const real more = alpha * (x[t][i] - mean);
    real& to = into[t].data[i];
    to = beta == 0 ? more : beta * to + more;
  }
}

/// Two arrays, and what their differences go to: half of one, less the other.
struct Two {
  Two(std::span<const real* const> x, std::span<const Into> into)
      : a(x[0]),
        b(x[1]),
        to_a(into[0].data),
        to_b(into[1].data),
        alpha_a(static_cast<real>(0.5 * into[0].alpha)),
        alpha_b(static_cast<real>(-0.5 * into[1].alpha)),
        beta_a(static_cast<real>(into[0].beta)),
        beta_b(static_cast<real>(into[1].beta)) {}

  const real *a, *b;
  real *to_a, *to_b;
  real alpha_a, alpha_b, beta_a, beta_b;
};

// `two` by value: through a reference it would be read again behind every store.
void differ_two(const NumberBlock& block, Two two) {
  const bool apart = two.a != two.to_a || two.b != two.to_b;
  const Index ahead = block.columns <= simd::kTileColumns ? block.columns : 0;
  for (Index r = 0; r < block.rows; ++r) {
    const Index begin = block.first + r * block.row, end = begin + block.columns;
    for (Index i = end; i < end + ahead; i += kLanes) {
      __builtin_prefetch(two.b + i, 1);
      __builtin_prefetch(two.a + i, 1);
      if (!apart) continue;
      __builtin_prefetch(two.to_a + i, 1);
      __builtin_prefetch(two.to_b + i, 1);
    }
    Index i = begin;
    for (; i + kLanes <= end; i += kLanes) {
      const Vector more = simd::load(two.a + i) - simd::load(two.b + i);
      simd::store(two.to_a + i, two.beta_a * simd::load(two.to_a + i) + two.alpha_a * more);
      simd::store(two.to_b + i, two.beta_b * simd::load(two.to_b + i) + two.alpha_b * more);
    }
    for (; i < end; ++i) {
      const real more = two.a[i] - two.b[i];
      two.to_a[i] = two.beta_a * two.to_a[i] + two.alpha_a * more;
      two.to_b[i] = two.beta_b * two.to_b[i] + two.alpha_b * more;
    }
  }
}

void differ_many(Index begin, Index end, std::span<const real* const> x,
                 std::span<const Into> into) {
  Index i = begin;
  for (; place(i, kAtOnce) <= end; i = place(i, kAtOnce)) differ<kAtOnce>(i, x, into);
  for (; i + kLanes <= end; i += kLanes) differ<1>(i, x, into);
  for (; i < end; ++i) differ_one(i, x, into);
}

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

void differences(Index n, std::span<const real* const> x, std::span<const Into> into) {
  parallel::for_numbers(n, [&](Index begin, Index end) {
    differences(NumberBlock{.first = begin, .columns = end - begin}, x, into);
  });
}

void differences(const NumberBlock& block, std::span<const real* const> x,
                 std::span<const Into> into) {
  if (x.size() == 2 && into[0].beta != 0 && into[1].beta != 0) {
    differ_two(block, {x, into});
    return;
  }
  for (Index r = 0; r < block.rows; ++r) {
    const Index begin = block.first + r * block.row;
    differ_many(begin, begin + block.columns, x, into);
  }
}

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
