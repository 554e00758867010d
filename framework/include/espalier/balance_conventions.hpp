// module: balance
#pragma once

#include <span>
#include <string>

#include "espalier/api.hpp"
#include "espalier/fields.hpp"

namespace espalier {

/// @addtogroup balancers
/// @{

/// Choices in which implementations differ silently. Each method sets its paper's before the
/// experiment's are read; every summary names what was in force.
struct ESPALIER_API BalanceConventions {
  /// native: as the paper writes it; sum_to_tasks: weights rescaled to add up to T; sum_to_one: to
  /// 1; norm_of_equal: the direction rescaled to the norm of the plain sum (needs the Gram matrix).
  std::string scale = "native";
  /// What a task's own parameters receive: plain: dL_t; weighted: w_t dL_t; log: dL_t / L_t.
  std::string heads = "plain";
  /// Rows that the method sees, and that its direction is made of: none: g_t; l2: g_t / |g_t|;
  /// loss: g_t / L_t; loss_l2: g_t / (L_t |g_t|).
  std::string normalise = "none";
  /// Which parameters the inner products run over: all: the whole trunk; last_layer: the last
  /// shared layer; per_layer: each layer is solved on its own, with weights of its own.
  std::string gram = "all";
  /// Largest norm of the trunk's direction; 0: any.
  double clip = 0.0;
  /// Share of the previous step's weights that is kept (CR-MOGM); 0: none.
  double smooth = 0.0;
  /// Steps from one solution to the next; between them the last weights hold.
  Index every = 1;

  /// The conventions as options, which stand beside the method's own.
  void fields(Fields& fields);
  /// Whether G is needed whatever the method is.
  bool needs_gram() const { return scale == "norm_of_equal" || clip > 0.0; }
  /// Rescales the weights in place. Weights whose sum is zero are left as they are.
  void apply_scale(std::span<const double> gram, std::span<double> weights) const;
  /// The factor that `clip` asks for on a direction of this norm.
  double clip_factor(double norm) const;
};
/// @}

}  // namespace espalier
