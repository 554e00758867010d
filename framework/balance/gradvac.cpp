// GradVac (Wang et al. 2021, "Gradient Vaccine: Investigating and Improving Multi-task Optimization
// in Massively Multilingual Models", algorithm 1), for each layer on its own.
//
// For each task i: p = g_i; for the others j in a random order, with the cosine r = cos(p, g_j) and
// its goal q = q_ij, a running mean from 0:
//   r < q:  p += |p| (q sqrt(1 - r^2) - r sqrt(1 - q^2)) / (|g_j| sqrt(1 - q^2)) g_j
//   q_ij = (1 - beta) q_ij + beta r,  r from before the change
// after which cos(p, g_j) = q. The direction is the sum of all p. With q = 0 this is PCGrad. In
// coefficients, p = c'J: <p, g_j> = (Gc)_j and |p|^2 = c'Gc.
//
// Deviations: q is kept below 1 - 1e-8 in the formula, which divides by zero at 1 (implementations
// add 1e-8 to the divisor instead). Where p has become zero it has no cosine: it and q stay.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "balance/make.hpp"
#include "balance/nonzero_rows.hpp"
#include "espalier/gram.hpp"

namespace espalier {

namespace {

constexpr double kLargestGoal = 1.0 - 1e-8;

class GradVac final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {
        "turns gradients until their cosines reach their running means",
        "for each task i: p = g_i; for the others j in random order, r = cos(p, g_j), q = q_ij:\n"
        "  r < q:  p += |p| (q sqrt(1 - r^2) - r sqrt(1 - q^2)) / (|g_j| sqrt(1 - q^2)) g_j\n"
        "  q_ij = (1 - beta) q_ij + beta r\n"
        "d = sum of all p",
        "Wang et al. 2021, Gradient Vaccine: Investigating and Improving Multi-task "
        "Optimization in Massively Multilingual Models"};
  }
  void fields(Fields& f) override {
    f.number({"beta", "share of the present cosine in its running mean"}, beta_,
             {.at_least = 0.0, .at_most = 1.0});
  }
  Needs needs() const override { return {.gram = true}; }
  void conventions(BalanceConventions& c) const override { c.gram = "per_layer"; }
  bool layerwise() const override { return true; }

  void begin(const BalanceSizes& sizes) override { grow(sizes.blocks, sizes.tasks); }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    const std::size_t tasks = step.experiment_tasks(weights.size());
    grow(std::max(step.block + 1, layers()), tasks);
    const std::span<double> goals = std::span(goals_).subspan(step.block * tasks * tasks);
    rows_.read(step.gram, weights.size());
    order_.resize(rows_.size());
    sum_.assign(rows_.size(), 0.0);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      turn(step, i, goals.subspan(step.task(rows_.row(i)) * tasks, tasks));
      for (std::size_t t = 0; t < sum_.size(); ++t) sum_[t] += coefficients_[t];
    }
    rows_.write(sum_, 1.0, weights);
  }

  /// The number of tasks, then q for each (layer, task, task).
  std::vector<double> state() const override {
    std::vector<double> all = {static_cast<double>(tasks_)};
    all.insert(all.end(), goals_.begin(), goals_.end());
    return all;
  }
  void restore(std::span<const double> state) override {
    if (state.empty()) return;
    tasks_ = static_cast<std::size_t>(state[0]);
    goals_.assign(state.begin() + 1, state.end());
  }

 private:
  std::size_t layers() const { return tasks_ == 0 ? 0 : goals_.size() / (tasks_ * tasks_); }
  void grow(std::size_t layers, std::size_t tasks) {
    if (tasks != tasks_) goals_.clear();
    tasks_ = tasks;
    goals_.resize(layers * tasks * tasks, 0.0);
  }

  // p of task i, in coefficients; `goals` are the q of task i.
  void turn(const BalanceStep& step, std::size_t i, std::span<double> goals) {
    std::iota(order_.begin(), order_.end(), Index{0});
    shuffle(order_, *step.random);
    coefficients_.assign(rows_.size(), 0.0);
    coefficients_[i] = 1.0;
    for (const Index drawn : order_) {
      const auto j = static_cast<std::size_t>(drawn);
      if (j == i || rows_.cancels(coefficients_)) continue;
      const double length = gram::norm(rows_.gram(), coefficients_);
      const double other = rows_.norms()[j];
      const double cosine =
          std::clamp(gram::product(rows_.gram(), j, coefficients_) / (length * other), -1.0, 1.0);
      double& goal = goals[step.task(rows_.row(j))];
      const double q = std::clamp(goal, -kLargestGoal, kLargestGoal);
      if (cosine < q) {
        const double across = std::sqrt(1.0 - q * q);
        coefficients_[j] +=
            length * (q * std::sqrt(1.0 - cosine * cosine) - cosine * across) / (other * across);
      }
      goal += beta_ * (cosine - goal);
    }
  }

  double beta_ = 0.01;
  std::size_t tasks_ = 0;
  std::vector<double> goals_;  // (block, task, task): q
  NonzeroRows rows_;
  std::vector<Index> order_;
  std::vector<double> coefficients_;
  std::vector<double> sum_;
};

}  // namespace

std::unique_ptr<Balancer> make_gradvac() { return std::make_unique<GradVac>(); }

}  // namespace espalier
