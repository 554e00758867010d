// CAGrad (Liu et al. 2021, "Conflict-Averse Gradient Descent for Multi-task Learning"): the
// direction that is best for the worst task, within a ball around the mean gradient g0,
//   max over |d - g0| <= c |g0| of min_t <g_t, d>
// By duality d = g0 + c |g0| / |g_w| g_w, where g_w = J'w and w >= 0, sum w = 1 minimises
//   <g_w, g0> + c |g0| |g_w|
// In weights: 1/T + c |g0| / |g_w| w. c = 0 is the mean, c -> infinity MGDA's direction; from c = 1
// on no task is in conflict with d.
//
// As in the authors' code, and unlike the paper, d is divided by 1 + c^2 (`rescale: 1`; 2: by
// 1 + c). The problem is solved exactly (solve/cagrad_point.hpp), where the authors use SLSQP with
// 1e-8 under the roots. Where g_w is zero at the minimum (Pareto stationary gradients and large c),
// every d of the ball with <g_t, d> >= 0 is best; the one nearest to g0 is taken, and reported.
#include <cmath>
#include <numeric>

#include "balance/make.hpp"
#include "balance/nonzero_rows.hpp"
#include "balance/solve/cagrad_point.hpp"
#include "balance/solve/dual_cone.hpp"
#include "espalier/gram.hpp"

namespace espalier {

namespace {

class CaGrad final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"best direction for the worst task, near the mean gradient",
            "g0 = mean of g_t,  g_w = sum w_t g_t\n"
            "w = argmin <g_w, g0> + c |g0| |g_w|  over  w >= 0, sum w = 1\n"
            "d = (g0 + c |g0| / |g_w| g_w) / (1 + c^2)",
            "Liu et al. 2021, Conflict-Averse Gradient Descent for Multi-task Learning"};
  }
  void fields(Fields& f) override {
    f.number({"c", "radius of the ball around the mean gradient, as a share of its norm"}, c_,
             {.at_least = 0.0});
    f.integer({"rescale", "d is divided by 1 (0), by 1 + c^2 (1) or by 1 + c (2)"}, rescale_,
              {.at_least = 0, .at_most = 2});
  }
  Needs needs() const override { return {.gram = true}; }
  bool layerwise() const override { return true; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    rows_.read(step.gram, weights.size());
    const std::size_t tasks = rows_.size();
    const double share = 1.0 / static_cast<double>(tasks);
    mean_.assign(tasks, share);
    own_ = mean_;
    products_.resize(tasks);
    for (std::size_t i = 0; i < tasks; ++i) products_[i] = gram::product(rows_.gram(), i, mean_);
    const double squared = gram::squared_norm(rows_.gram(), mean_);
    const double radius = c_ * std::sqrt(squared);
    if (tasks > 0 && radius > 0.0 && !rows_.cancels(mean_)) {
      if (point_.solve(rows_.gram(), products_, squared, radius, own_)) {
        const double factor = radius / gram::norm(rows_.gram(), own_);
        for (double& weight : own_) weight = share + factor * weight;
      } else {
        step.fell_back("the gradients' hull holds zero: the mean is projected off the conflicts");
        cone_.solve(rows_.gram(), mean_, own_);
      }
    }
    rows_.write(own_, 1.0 / scale(), weights);
  }

 private:
  double scale() const {
    if (rescale_ == 0) return 1.0;
    return 1.0 + (rescale_ == 1 ? c_ * c_ : c_);
  }

  double c_ = 0.4;
  Index rescale_ = 1;
  NonzeroRows rows_;
  solve::CagradPoint point_;
  solve::DualCone cone_;
  std::vector<double> mean_;
  std::vector<double> products_;
  std::vector<double> own_;
};

}  // namespace

std::unique_ptr<Balancer> make_cagrad() { return std::make_unique<CaGrad>(); }

}  // namespace espalier
