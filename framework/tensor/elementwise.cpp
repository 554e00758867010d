#include "tensor/elementwise.hpp"

#include "core/parallel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

// g++ 12 takes the undefined operands of its own AVX-512 intrinsics for uninitialised variables.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <xsimd/xsimd.hpp>

namespace espalier::elementwise {

namespace {

using Batch = xsimd::batch<real>;
constexpr auto kWidth = static_cast<Index>(Batch::size);
constexpr real kLowest = -std::numeric_limits<real>::infinity();

/// What is left of x behind the last full batch, filled up with `filler`.
Batch tail(Index left, const real* x, real filler) {
  alignas(64) real padded[kWidth];
  for (Index i = 0; i < kWidth; ++i) padded[i] = i < left ? x[i] : filler;
  return Batch::load_aligned(padded);
}

void store_tail(const Batch& value, Index left, real* y) {
  alignas(64) real padded[kWidth];
  value.store_aligned(padded);
  for (Index i = 0; i < kWidth; ++i) {
    if (i < left) y[i] = padded[i];
  }
}

// The tail goes through a padded batch and so through the same instructions as all others.
template <class F>
void map(Index n, const real* x, real* y, F f) {
  parallel::for_numbers(n, [=](Index begin, Index end) {
    Index i = begin;
    for (; i + kWidth <= end; i += kWidth) f(Batch::load_unaligned(x + i)).store_unaligned(y + i);
    if (i < end) store_tail(f(tail(end - i, x + i, 0)), end - i, y + i);
  });
}

template <class F>
void for_batches(Index n, const real* x, real filler, F f) {
  Index i = 0;
  for (; i + kWidth <= n; i += kWidth) f(i, kWidth, Batch::load_unaligned(x + i));
  if (i < n) f(i, n - i, tail(n - i, x + i, filler));
}

real maximum(Index n, const real* x) {
  Batch best(kLowest);
  for_batches(n, x, kLowest, [&](Index, Index, const Batch& b) { best = xsimd::max(best, b); });
  alignas(64) real lanes[kWidth];
  best.store_aligned(lanes);
  for (Index half = kWidth / 2; half > 0; half /= 2) {
    for (Index i = 0; i < half; ++i) lanes[i] = std::max(lanes[i], lanes[i + half]);
  }
  return lanes[0];
}

double total(const Batch& sums) {
  alignas(64) real lanes[kWidth];
  sums.store_aligned(lanes);
  double parts[kWidth];
  std::copy_n(lanes, kWidth, parts);
  for (Index half = kWidth / 2; half > 0; half /= 2) {
    for (Index i = 0; i < half; ++i) parts[i] += parts[i + half];
  }
  return parts[0];
}

// exp(-inf) = 0: what fills up the tail adds nothing.
Batch shifted_exp(const Batch& x, const Batch& shift) { return xsimd::exp(x - shift); }

// Phi(x) through erfc, which keeps its relative precision where Phi is small.
Batch normal_distribution(const Batch& x) {
  return Batch(real(0.5)) * xsimd::erfc(x * Batch(real(-1.0 / std::numbers::sqrt2)));
}

}  // namespace

void exp(Index n, const real* x, real* y) {
  map(n, x, y, [](const Batch& b) { return xsimd::exp(b); });
}

void tanh(Index n, const real* x, real* y) {
  map(n, x, y, [](const Batch& b) { return xsimd::tanh(b); });
}

void sigmoid(Index n, const real* x, real* y) {
  map(n, x, y, [](const Batch& b) { return Batch(real(1)) / (Batch(real(1)) + xsimd::exp(-b)); });
}

void softplus(Index n, const real* x, real* y) {
  map(n, x, y, [](const Batch& b) {
    return xsimd::max(b, Batch(real(0))) + xsimd::log1p(xsimd::exp(-xsimd::abs(b)));
  });
}

void gelu(Index n, const real* x, real* y) {
  map(n, x, y, [](const Batch& b) { return b * normal_distribution(b); });
}

void gelu_derivative(Index n, const real* x, real* y) {
  constexpr auto kScale = real(std::numbers::inv_sqrtpi / std::numbers::sqrt2);  // 1 / sqrt(2 pi)
  map(n, x, y, [](const Batch& b) {
    const Batch density = Batch(kScale) * xsimd::exp(Batch(real(-0.5)) * b * b);
    return normal_distribution(b) + b * density;
  });
}

LogSumExp log_sum_exp(Index n, const real* x) {
  const real m = maximum(n, x);
  const Batch shift(m);
  Batch sums(real(0));
  for_batches(n, x, kLowest, [&](Index, Index, const Batch& b) { sums += shifted_exp(b, shift); });
  return {m, std::log(total(sums))};
}

LogSumExp softmax(Index n, const real* x, real* y) {
  const real m = maximum(n, x);
  const Batch shift(m);
  Batch sums(real(0));
  for_batches(n, x, kLowest, [&](Index i, Index count, const Batch& b) {
    const Batch e = shifted_exp(b, shift);
    sums += e;
    if (count == kWidth) {
      e.store_unaligned(y + i);
    } else {
      store_tail(e, count, y + i);
    }
  });
  const double sum = total(sums);
  const auto factor = static_cast<real>(1.0 / sum);
  for (Index i = 0; i < n; ++i) y[i] *= factor;
  return {m, std::log(sum)};
}

}  // namespace espalier::elementwise
