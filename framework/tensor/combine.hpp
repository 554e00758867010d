#pragma once

#include <span>

#include "espalier/api.hpp"
#include "tensor/start.hpp"

/// Linear combinations of several arrays of one size, all taken at once: each is read once from
/// memory, on all threads.
namespace espalier::combine {

/// Where a combination v goes: data = beta data + alpha v; with beta == 0 it is not read.
struct Into {
  real* data = nullptr;
  double alpha = 1.0;
  double beta = 0.0;
};

inline constexpr std::size_t kFew = 4;

/// into_t gets x_t - mean of all x, over n numbers. into_t may be x_t itself, and no other x.
ESPALIER_API void differences(Index n, std::span<const real* const> x, std::span<const Into> into);

/// The same for the numbers of `block` alone, on the calling thread. A narrow block of at most
/// kFew arrays fetches the one behind it in its rows, which is likely the next.
ESPALIER_API void differences(const NumberBlock& block, std::span<const real* const> x,
                              std::span<const Into> into);

/// into_t gets sum_s c_ts x_s, c (T, T) row-major; likewise.
ESPALIER_API void combinations(Index n, std::span<const real* const> x, std::span<const double> c,
                               std::span<const Into> into);

/// gram (T, T) row-major: <x_s, x_t> over n numbers. The order of additions depends on n and the
/// number of threads alone.
ESPALIER_API void inner_products(Index n, std::span<const real* const> x, std::span<double> gram);

}  // namespace espalier::combine
