#pragma once

#include <string>
#include <vector>

#include "balance/balancer.hpp"

namespace espalier {

/// A step as the trainer knows it: all T tasks of the experiment.
struct TaskStep {
  std::span<const double> losses;     ///< (T)
  std::span<const char> present;      ///< (T): the batch has a labelled row of the task
  std::span<const double> gram;       ///< (T, T) of the whole trunk; empty where not formed
  std::span<const double> seen = {};  ///< (T, T) or (K, T, T) that the method is given; empty: gram
  std::span<const double> cross = {};    ///< (T, T)
  std::span<const double> product = {};  ///< (T), A times what `probe` gave
  std::uint64_t step = 0;
  std::uint64_t epoch = 0;
  std::uint64_t steps_per_epoch = 1;
};

/// How often something out of the ordinary happened, in steps.
struct BalanceReport {
  std::uint64_t steps = 0;
  std::uint64_t fallbacks = 0;        ///< the method's problem had no solution
  std::vector<std::uint64_t> absent;  ///< per task: no labelled row in the batch
  std::vector<std::uint64_t> zero;    ///< per task: its gradient was exactly zero
  std::string last_fallback;          ///< its reason, in this process
};

/// A method with the conventions around it. In this order: tasks without labels, and tasks without
/// a gradient where inner products decide, are set aside; rows are normalised; the method solves
/// (every k-th step); weights are smoothed, rescaled and clipped. A task set aside has weight 0.
class ESPALIER_API Weigher {
 public:
  /// REQUIRES: `method` and `names` outlive it. `seed` names the method's random stream.
  Weigher(Balancer& method, std::string_view name, const BalanceConventions& conventions,
          const std::vector<std::string>& names, std::uint64_t seed);

  Balancer& method() { return method_; }
  const BalanceConventions& conventions() const { return conventions_; }
  /// Sizes the method's state and the weights. REQUIRES: before the first step.
  void begin(BalanceSizes sizes);
  /// Blocks that have weights of their own: 1 unless `gram: per_layer`.
  std::size_t blocks() const { return blocks_; }
  /// Whether the method solves in this step.
  bool due(std::uint64_t step) const {
    return step % static_cast<std::uint64_t>(conventions_.every) == 0;
  }

  /// Of a method with `cross_product`, before `weigh` of the same step: its weights u, 0 of a task
  /// set aside. The step's matrices are those that `weigh` will get.
  std::span<const double> probe(const TaskStep& step);

  /// Each of these takes one step; afterwards `trunk`, `heads` and `weights` are its result.
  void weigh(const TaskStep& step);
  /// rows (T, P), changed where `normalise` asks for it; `direction` (P) is written.
  void combine(const TaskStep& step, const Tensor& rows, std::span<real> direction);
  /// `given` has the T tasks' borders in order; gradients are rewritten.
  void combine_features(const TaskStep& step, const FeatureStep& given);
  void solve(const TaskStep& step, BilevelProblem& problem);
  /// Losses of the same batch after the update.
  void after_update(const TaskStep& step);

  /// Weights of the trunk's gradients, (K, T).
  std::span<const double> trunk() const { return trunk_; }
  /// Factors of the heads' own gradients, (T).
  std::span<const double> heads() const { return heads_; }
  /// The method's weights for people, (T): means over the blocks; NaN where it has none.
  std::span<const double> weights() const { return weights_; }
  const BalanceReport& report() const { return report_; }

  /// For exact resume, beside the method's blocks().
  std::vector<double> state() const;
  void restore(std::span<const double> state);

 private:
  BalanceStep open(const TaskStep& step, std::span<const double> gram);
  void set_aside(const TaskStep& step, std::span<const double> gram);
  void measure(const TaskStep& step, std::span<const double> gram);
  double row_length(double loss, double norm) const;
  void solve_block(const TaskStep& step, std::size_t block);
  void take(std::span<const double> solved, std::size_t block);
  void scale_and_clip(const TaskStep& step);
  double head_factor(double loss, double weight) const;
  void write_weights();
  void count_step(const TaskStep& step);
  void note_fallback();
  void pack_rows(const TaskStep& step, const Tensor& rows);
  double direction_factor(const TaskStep& step, const Tensor& rows, std::span<const real> d) const;

  Balancer& method_;
  BalanceConventions conventions_;
  const std::vector<std::string>& names_;
  std::string name_;
  RandomStream random_;
  std::size_t tasks_;
  std::size_t blocks_ = 1;
  std::vector<double> held_, trunk_, heads_, weights_;  // held_: smoothed, before the scale
  std::vector<char> known_;                             // (K T): held_ came from a solution
  std::vector<std::size_t> at_hand_;
  std::vector<double> losses_, gram_, cross_, product_, solved_, lengths_, probe_;
  std::string fallback_;
  BalanceReport report_;
};

}  // namespace espalier
