#include "tensor/thin_product.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace espalier {

namespace {

using simd::kLanes;
using simd::Vector;

template <Index kBy, Index... kLane>
Vector rotated(Vector v, std::integer_sequence<Index, kLane...> /*lanes*/) {
  return __builtin_shufflevector(v, v, ((kLane + kBy) % kLanes)...);
}

// Halves added, then quarters, and so on.
template <Index kHalf = kLanes / 2>
real sum_of(Vector v) {
  if constexpr (kHalf == 0) {
    return v[0];
  } else {
    return sum_of<kHalf / 2>(v + rotated<kHalf>(v, std::make_integer_sequence<Index, kLanes>()));
  }
}

// Four sums at a time hide the latency of additions; with those of all others they fit into the
// registers.
template <std::size_t kCount>
void some_dots(Index n, const real* x, const real* const* ys, real* totals) {
  constexpr auto kOf = static_cast<Index>(kCount);
  Vector sums[kCount][4] = {};
  Index k = 0;
  for (; k + 4 * kLanes <= n; k += 4 * kLanes) {
#pragma GCC unroll 4
    for (Index s = 0; s < 4; ++s) {
      const Vector part = simd::load_once(x + k + s * kLanes);
#pragma GCC unroll 7
      for (Index c = 0; c < kOf; ++c) sums[c][s] += part * simd::load(ys[c] + k + s * kLanes);
    }
  }
  for (; k + kLanes <= n; k += kLanes) {
    for (Index c = 0; c < kOf; ++c) sums[c][0] += simd::load(x + k) * simd::load(ys[c] + k);
  }
  for (Index c = 0; c < kOf; ++c) {
    real total = sum_of((sums[c][0] + sums[c][1]) + (sums[c][2] + sums[c][3]));
    for (Index i = k; i < n; ++i) total += x[i] * ys[c][i];
    totals[c] = total;
  }
}

template <std::size_t... kAt>
constexpr auto table(std::index_sequence<kAt...> /*counts*/) {
  return std::array{some_dots<kAt + 1>...};
}
constexpr auto kDots = table(std::make_index_sequence<static_cast<std::size_t>(kMostDots)>());

}  // namespace

real dot(Index n, const real* x, const real* y) {
  real sum;
  some_dots<1>(n, x, &y, &sum);
  return sum;
}

void dots(Index n, const real* x, Index count, const real* const* ys, real* sums) {
  kDots[static_cast<std::size_t>(count - 1)](n, x, ys, sums);
}

void multiply_by_dots(Index m, Index n, Index k, const Operand& a, const Operand& b,
                      const Target& c) {
  const auto alpha = static_cast<real>(c.alpha), beta = static_cast<real>(c.beta);
  for (Index i = 0; i < m; ++i) {
    c.at(i, 0).begin(1, n);
    for (Index j = 0; j < n; ++j) {
      const Target to = c.at(i, j);
      const real sum = alpha * dot(k, a.at(i, 0).data, b.at(j, 0).data);
      if (to.epilogue.bias != nullptr) {
        *to.data = *to.epilogue.bias + sum;
      } else {
        *to.data = beta == 0 ? sum : beta * *to.data + sum;
      }
      shape_numbers(to.epilogue, 1, to.data);
    }
    c.at(i, 0).done(1, n);
  }
}

void multiply_outer(Index m, Index n, Index k, const Operand& a, const Operand& b,
                    const Target& c) {
  const auto beta = static_cast<real>(c.beta);
  for (Index i = 0; i < m; ++i) {
    c.at(i, 0).begin(1, n);
    real* __restrict to = c.data + i * c.row;
    if (c.epilogue.bias != nullptr) {
      std::copy_n(c.epilogue.bias, n, to);
    } else if (beta == 0) {
      std::fill_n(to, n, real{0});
    } else if (beta != 1) {
      for (Index j = 0; j < n; ++j) to[j] *= beta;
    }
    for (Index l = 0; l < k; ++l) {
      const real x = static_cast<real>(c.alpha) * *a.at(i, l).data;
      const real* __restrict from = b.at(0, l).data;
      for (Index j = 0; j < n; ++j) to[j] += x * from[j];
    }
    shape_numbers(c.at(i, 0).epilogue, n, to);
    c.at(i, 0).done(1, n);
  }
}

}  // namespace espalier
