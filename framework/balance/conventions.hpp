#pragma once

#include <span>
#include <string>

#include "espalier/api.hpp"
#include "espalier/fields.hpp"

namespace espalier {

/// Choices in which implementations differ silently; named in every summary.
struct ESPALIER_API BalanceConventions {
  /// native: as the paper writes it; sum_to_tasks: weights rescaled to add up to T; sum_to_one: to
  /// 1; norm_of_equal: the direction rescaled to the norm of the plain sum (needs the Gram matrix).
  std::string scale = "native";
  /// What a task's own parameters receive: plain: dL_t; weighted: w_t dL_t.
  std::string heads = "plain";

  void fields(Fields& fields);
  bool needs_gram() const { return scale == "norm_of_equal"; }
  /// Rescales the weights in place. Weights whose sum is zero are left as they are.
  void apply(std::span<const double> gram, std::span<double> weights) const;
};

}  // namespace espalier
