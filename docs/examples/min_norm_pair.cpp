// A balancer of one's own that looks at gradients: the two that are most in conflict are replaced
// by the shortest vector between them. Explained in docs/add-a-balancer.md.
#include <algorithm>
#include <cmath>

#include "espalier/gram.hpp"
#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

/// w_i = 2 a, w_j = 2 (1 - a) for the pair with the lowest cosine, if that is below `below`, where
/// a minimises |a g_i + (1 - a) g_j| over [0, 1]; all other weights are 1.
class MinNormPair final : public Balancer {
 public:
  void fields(Fields& f) override {
    f.number({"below", "cosine under which two tasks are in conflict"}, below_,
             {.at_least = -1.0, .at_most = 1.0});
  }
  Needs needs() const override { return {.gram = true}; }
  bool layerwise() const override { return true; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    const std::size_t n = weights.size();
    const auto g = [&](std::size_t i, std::size_t j) { return gram::row(step.gram, i, n)[j]; };
    std::ranges::fill(weights, 1.0);
    double lowest = below_;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i + 1; j < n; ++j) {
        const double cosine = g(i, j) / std::sqrt(g(i, i) * g(j, j));  // no gradient is zero
        if (!(cosine < lowest)) continue;
        lowest = cosine;
        const double apart = g(i, i) + g(j, j) - 2.0 * g(i, j);  // |g_i - g_j|^2
        const double a = apart > 0.0 ? std::clamp((g(j, j) - g(i, j)) / apart, 0.0, 1.0) : 0.5;
        std::ranges::fill(weights, 1.0);
        weights[i] = 2.0 * a;
        weights[j] = 2.0 * (1.0 - a);
      }
    }
  }

 private:
  double below_ = 0.0;
};

}  // namespace

ESPALIER_PLUGIN(MinNormPair, "min_norm_pair", "the worst conflict becomes its shortest vector");
