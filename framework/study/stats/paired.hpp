#pragma once

#include "study/stats/estimate.hpp"

namespace espalier::stats {

/// Two contenders at the same seeds.
struct PairedResult {
  Estimate difference;  ///< of a - b, with Student's interval
  double t_p;           ///< two-sided, paired t test
  double wilcoxon_p;    ///< two-sided, signed ranks
  /// Hedges' g of paired differences: d_z = mean / s, times Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2))
  /// with m = n - 1 (Hedges 1981, J. Educational Statistics 6: the exact correction).
  double effect;
};

/// REQUIRES a and b of the same length. Where all differences are equal, s = 0: p is 1 and the
/// effect 0 if they are zero; otherwise p of the t test and the effect are NaN (a spread of nothing
/// judges nothing). NaN with fewer than two pairs.
ESPALIER_API PairedResult paired(std::span<const double> a, std::span<const double> b,
                                 double level = 0.95);

}  // namespace espalier::stats
