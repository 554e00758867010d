// PCGrad (Yu et al. 2020, "Gradient Surgery for Multi-Task Learning", algorithm 1).
//
// For each task i: p = g_i; for every other task j in a random order: where <p, g_j> < 0,
// p -= <p, g_j> / ||g_j||^2 g_j, always with the original g_j. The direction is the sum of all p.
// Written in coefficients, p = c'J and <p, g_j> = (G c)_j, so that only G is needed:
//   c = e_i;  (Gc)_j < 0:  c_j -= (Gc)_j / G_jj;  w = sum_i c.
// A task is not projected on itself (the paper's j != i; some implementations visit i too). A zero
// gradient is never divided by: its inner products are zero. T = 1 gives w = 1.
#include <algorithm>
#include <numeric>

#include "balance/make.hpp"

namespace espalier {

namespace {

class PcGrad final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"projects each task's gradient off those it conflicts with",
            "for each task i: p = g_i; for the others j in random order:\n"
            "  <p, g_j> < 0:  p -= <p, g_j> / |g_j|^2 g_j\n"
            "d = sum of all p",
            "Yu et al. 2020, Gradient Surgery for Multi-Task Learning"};
  }
  Needs needs() const override { return {.gram = true}; }
  bool layerwise() const override { return true; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    const std::size_t tasks = weights.size();
    order_.resize(tasks);
    coefficients_.resize(tasks);
    std::ranges::fill(weights, 0.0);
    for (std::size_t i = 0; i < tasks; ++i) {
      project(step, i);
      for (std::size_t t = 0; t < tasks; ++t) weights[t] += coefficients_[t];
    }
  }

 private:
  void project(const BalanceStep& step, std::size_t i) {
    const std::size_t tasks = order_.size();
    std::iota(order_.begin(), order_.end(), Index{0});
    shuffle(order_, *step.random);
    std::ranges::fill(coefficients_, 0.0);
    coefficients_[i] = 1.0;
    for (const Index drawn : order_) {
      const auto j = static_cast<std::size_t>(drawn);
      if (j == i) continue;
      const auto row = step.gram.subspan(j * tasks, tasks);
      const double product = std::inner_product(row.begin(), row.end(), coefficients_.begin(), 0.0);
      if (product < 0.0 && row[j] > 0.0) coefficients_[j] -= product / row[j];
    }
  }

  std::vector<Index> order_;
  std::vector<double> coefficients_;
};

}  // namespace

std::unique_ptr<Balancer> make_pcgrad() { return std::make_unique<PcGrad>(); }

}  // namespace espalier
