#pragma once

#include <string>
#include <vector>

#include "balance/balancer.hpp"
#include "data/npy.hpp"

namespace espalier {

/// What the last of some steps gave, and what happened on the way.
struct BalanceResult {
  std::vector<double> weights;    ///< (T), of the rows as given; empty where there are none
  std::vector<double> direction;  ///< (P)
  std::vector<std::size_t> zero;  ///< rows that are zero
  std::uint64_t fallbacks = 0;    ///< steps whose problem had no solution
  std::string fallback;           ///< the last of their reasons
};

/// Runs `method` with its conventions on the same rows and losses, `steps` times, as in training
/// (see Weigher). Each step is an epoch. REQUIRES a method that needs nothing but losses, gram or
/// jacobian.
ESPALIER_API BalanceResult balance_steps(Balancer& method, const std::string& name,
                                         const BalanceConventions& conventions, const Matrix& rows,
                                         const std::vector<double>& losses, Index steps,
                                         Index seed);

}  // namespace espalier
