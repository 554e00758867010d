// module: balance
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "espalier/random.hpp"
#include "espalier/tensor.hpp"

namespace espalier {

/// @addtogroup balancers
/// @{

/// One step as a method sees it: the n tasks at hand, in the order of the experiment. A task
/// without a labelled row in the batch is not among them; nor is, for methods that are given inner
/// products, one whose gradient is exactly zero.
struct BalanceStep {
  std::span<const double> losses = {};      ///< (n); NaN in `probe` unless Needs::losses
  std::span<const double> gram = {};        ///< (n, n) row-major, G = J J'; empty unless asked for
  RandomStream* random = nullptr;           ///< the method's own stream, at its position
  std::span<const double> cross_gram = {};  ///< (n, n), A = J(batch 2) J(batch 3)'; not symmetric
  std::span<const double> cross_product = {};  ///< (n), A u with u from `probe`
  std::span<const std::size_t> tasks = {};     ///< (n) positions in the experiment; empty: 0 to n-1
  std::size_t all_tasks = 0;                   ///< tasks of the experiment; 0: n
  std::uint64_t step = 0;                      ///< steps of the run before this one
  std::uint64_t epoch = 0;                     ///< epochs finished
  std::uint64_t steps_per_epoch = 1;           ///< of the run
  std::size_t block = 0;                       ///< layer by layer (`gram: per_layer`): which one
  std::string* fallback = nullptr;             ///< see fell_back

  /// Position in the experiment of the i-th task at hand: the index of a method's own state.
  std::size_t task(std::size_t i) const { return tasks.empty() ? i : tasks[i]; }
  /// Tasks of the experiment, of which n are at hand.
  std::size_t experiment_tasks(std::size_t n) const { return all_tasks == 0 ? n : all_tasks; }
  /// To be called where the problem has no solution and the weights are the next best: the run
  /// counts such steps, and says why in these words.
  void fell_back(std::string_view why) const {
    if (fallback != nullptr) fallback->assign(why);
  }
};

/// The tasks' gradients over all P shared parameters, element by element.
struct JacobianStep : BalanceStep {
  ConstTensor jacobian;  ///< (n, P), row i the gradient of task(i)'s loss
  /// (1, P): the gradient of the i-th task at hand.
  ConstTensor row(std::size_t i) const { return jacobian.rows(static_cast<Index>(i), 1); }
};

/// The tasks' gradients at the trunk's output, before they enter the trunk.
struct FeatureStep : BalanceStep {
  std::span<const ConstTensor> features;  ///< (n): z, the rows that task reads, (B, ...)
  /// (n): dL/dz, (B, ...); changed in place. What enters the trunk is their sum.
  std::span<const Tensor> gradients;
  bool common = false;  ///< the tasks read the same rows
  /// With Needs::rotations, (n): R, (M, M) row-major, the identity at first, changed in place by
  /// the method; the head reads z with its first M numbers turned, z_1 R'; and the gradient of
  /// that.
  std::span<const Tensor> rotations;
  std::span<const ConstTensor> rotated_gradients;  ///< (n): dL/d(turned z), (B, ...)
};
/// @}

}  // namespace espalier
