#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "balance/nonzero_rows.hpp"
#include "balance/solve/log_newton.hpp"

namespace espalier {

inline constexpr std::string_view kNoFairPoint =
    "a mixture of the gradients is zero, so that no weights are fair: solved with 1e-4 added to "
    "the cosines' diagonal";

/// The positive w with (Gw)_t = w_t^(-1/alpha) for all tasks: FairGrad, and with alpha = 1
/// Nash-MTL.
class FairWeights {
 public:
  /// False where there is no such w and that of G + 1e-4 diag(G) is written.
  bool solve(std::span<const double> gram, double alpha, std::span<double> weights);

 private:
  NonzeroRows rows_;
  solve::LogNewton newton_;
  std::vector<double> damped_;
  std::vector<double> own_;
};

}  // namespace espalier
