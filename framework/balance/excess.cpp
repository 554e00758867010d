// ExcessMTL (He et al. 2024, "Robust Multi-Task Learning with Excess Risks"). How far each task is
// from its own best loss is estimated from its gradient and their accumulated squares:
//   S_t <- S_t + g_t^2 (element by element),  e_t = sum g_t^2 / sqrt(S_t + 1e-7)
//   e_t relative to the task's first:  w_t <- w_t exp(eta e_t / e_t(0)),  rescaled to sum T
//   d = sum w_t g_t
//
// e_t(0) is the mean over the first `warmup` steps that the task takes part in; until then its
// weight does not move. The default of one step is the authors' code's; the paper averages over its
// first epochs. eta = 0.01 as in that code; the sum is T, so that the step is that of a sum of
// losses (`scale: sum_to_one` for the paper's simplex). The weights are kept as logarithms, which
// cannot overflow; so one that got far behind is 0 but can come back. A zero gradient says nothing
// about e_t(0): it is left out of the mean. Heads receive the weighted loss, as in the authors'
// code.
#include <limits>

#include "balance/make.hpp"
#include "balance/per_task.hpp"
#include "balance/rows.hpp"

namespace espalier {

namespace {

constexpr double kLargest = static_cast<double>(std::numeric_limits<real>::max());

class ExcessRisks final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"more weight for tasks that are farther from their own best loss",
            "S_t <- S_t + g_t^2,  e_t = sum g_t^2 / sqrt(S_t + 1e-7)\n"
            "w_t <- w_t exp(eta e_t / e_t(0)),  sum w = T;  d = sum w_t g_t",
            "He et al. 2024, Robust Multi-Task Learning with Excess Risks"};
  }
  void fields(Fields& f) override {
    f.number({"eta", "step size of the weights"}, eta_, {.at_least = 0.0});
    f.integer({"warmup", "steps whose mean is e(0)"}, warmup_, {.at_least = 1});
  }
  Needs needs() const override { return {.jacobian = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void begin(const BalanceSizes& sizes) override { make(sizes.tasks, sizes.parameters); }
  void combine(const JacobianStep& step, std::span<double> weights,
               std::span<real> direction) override {
    make(step.experiment_tasks(weights.size()), direction.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::size_t t = step.task(i);
      const double excess = excess_of(squares_.row(t), step.row(i).span());
      Task& task = tasks_[t];
      if (task.count < static_cast<double>(warmup_)) {
        task.sum += excess;
        task.count += excess > 0.0 ? 1.0 : 0.0;
      } else {
        task.logarithm += eta_ * excess * task.count / task.sum;
      }
    }
    for (std::size_t t = 0; t < tasks_.size(); ++t) all_[t] = tasks_[t].logarithm;
    softmax(all_);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = all_[step.task(i)] * static_cast<double>(all_.size());
    }
    combine_rows(
        weights, [&](std::size_t i) { return step.row(i).span(); }, direction);
  }

  std::vector<double> state() const override {
    std::vector<double> all;
    for (const Task& t : tasks_) all.insert(all.end(), {t.logarithm, t.sum, t.count});
    return all;
  }
  void restore(std::span<const double> all) override {
    tasks_.clear();
    for (std::size_t i = 0; i + 2 < all.size(); i += 3) {
      tasks_.push_back({all[i], all[i + 1], all[i + 2]});
    }
    all_.resize(tasks_.size());
  }
  std::vector<StateBlock> blocks() override { return {{"squares", squares_.tensor()}}; }

 private:
  struct Task {
    double logarithm = 0.0;  // of w, but for a constant
    double sum = 0.0;        // of e over the warm-up
    double count = 0.0;
  };

  void make(std::size_t tasks, std::size_t parameters) {
    squares_.make(tasks, parameters);
    tasks_.resize(tasks);
    all_.resize(tasks);
  }
  // Adds the squares to S, which stays finite, and returns e.
  static double excess_of(std::span<real> squares, std::span<const real> gradient) {
    real* const s = squares.data();
    const real* const g = gradient.data();
    return sum_of(static_cast<Index>(squares.size()), [s, g](Index k) {
      const double square = static_cast<double>(g[k]) * static_cast<double>(g[k]);
      const double all = std::min(static_cast<double>(s[k]) + square, kLargest);
      s[k] = static_cast<real>(all);
      return square / std::sqrt(all + 1e-7);
    });
  }

  double eta_ = 0.01;
  Index warmup_ = 1;
  RowMemory squares_;
  std::vector<Task> tasks_;
  std::vector<double> all_;
};

}  // namespace

std::unique_ptr<Balancer> make_excess() { return std::make_unique<ExcessRisks>(); }

}  // namespace espalier
