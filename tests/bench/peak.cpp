#include "peak.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>

#include "core/parallel.hpp"

namespace espalier::bench {
namespace {

#if defined(__AVX512F__)
constexpr std::size_t kWidth = 64;
#elif defined(__AVX__)
constexpr std::size_t kWidth = 32;
#else
constexpr std::size_t kWidth = 16;
#endif
typedef float Vector __attribute__((vector_size(kWidth)));  // `using` loses the attribute

// Independent sums: more than latency (4) times units (2), and few enough for 16 registers.
constexpr std::size_t kSums = 12;

// Best of some tenths of a second: until then a woken thread may share a core with its waker.
constexpr int kAttempts = 60;
constexpr int kPasses = 16;

double seconds_of(auto&& f) {
  const auto begin = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Stays in registers: sums[k] = sums[k] * a + b, which is one fused operation.
float multiply_and_add(Index rounds) {
  const volatile float factor = 0.999F, term = 1e-3F;
  const Vector a = factor - Vector{}, b = term - Vector{};
  Vector sums[kSums];  // all different: equal ones would be computed once
  for (std::size_t k = 0; k < kSums; ++k) sums[k] = static_cast<float>(k) - Vector{};
  for (Index r = 0; r < rounds; ++r) {
#pragma GCC unroll 12
    for (std::size_t k = 0; k < kSums; ++k) sums[k] = sums[k] * a + b;
  }
  float total = 0.0F;
  for (const Vector& sum : sums) total += sum[0];
  return total;
}

double measure_gflops() {
  constexpr Index kRounds = 1 << 21;
  const Index threads = parallel::threads();
  double best = 0.0;
  for (int i = 0; i < kAttempts; ++i) {
    const double seconds = seconds_of([&] {
      parallel::for_pieces(threads, 1, [&](int /*piece*/, Index begin, Index end) {
        volatile float kept = 0.0F;
        for (Index t = begin; t < end; ++t) kept = multiply_and_add(kRounds);
        (void)kept;
      });
    });
    const double operations = 2.0 * static_cast<double>(kSums * kWidth / sizeof(float)) *
                              static_cast<double>(kRounds * threads);
    best = std::max(best, 1e-9 * operations / seconds);
  }
  return best;
}

double measure_gbytes() {
  constexpr Index kNumbers = Index{1} << 24U;
  const auto make = [] { return std::make_unique_for_overwrite<float[]>(kNumbers); };
  const auto a = make(), b = make(), c = make();
  double best = 0.0;
  for (int i = 0; i < kPasses;
       ++i) {  // the first round touches the pages, on the threads that use them
    const double seconds = seconds_of([&] {
      parallel::for_numbers(kNumbers, [&](Index begin, Index end) {
        float* __restrict to = a.get();
        const float *x = b.get(), *y = c.get();
        if (i == 0) {
          std::fill(b.get() + begin, b.get() + end, 1.0F);
          std::fill(c.get() + begin, c.get() + end, 2.0F);
        }
        for (Index n = begin; n < end; ++n) to[n] = x[n] + 0.5F * y[n];
      });
    });
    if (i == 0) continue;
    best = std::max(best, 3e-9 * static_cast<double>(kNumbers) * sizeof(float) / seconds);
  }
  return best;
}

}  // namespace

Peak measure_peak() {
  // The pool's threads wait awake for some time after their last piece, on the cores measured here.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  return {measure_gflops(), measure_gbytes()};
}

}  // namespace espalier::bench
