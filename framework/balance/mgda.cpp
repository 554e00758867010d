// MGDA (Desideri 2012, "Multiple-gradient descent algorithm"; Sener & Koltun 2018, "Multi-Task
// Learning as Multi-Objective Optimization"): the shortest vector of the gradients' convex hull,
//   min over w >= 0, sum w = 1 of |J'w|^2 = w'Gw
// which is a common descent direction, or zero at a Pareto stationary point. mgda_ub (section 3.3
// of Sener & Koltun) does the same with the gradients at the trunk's output.
//
// The point is found exactly (solve/min_norm.hpp); the authors' code keeps weights of pairs within
// 0.001 of the corners and iterates to 1e-5 for more tasks. Gradients are normalised first where
// the convention `normalise` says so; the authors then weigh the losses as they are, here the
// direction is made of the normalised gradients. Heads are trained on the weighted losses as in the
// authors' code; algorithm 2 of the paper has them plain.
#include "balance/make.hpp"
#include "balance/nonzero_rows.hpp"
#include "balance/solve/min_norm.hpp"

namespace espalier {

namespace {

class Mgda final : public Balancer {
 public:
  explicit Mgda(bool features) : features_(features) {}

  BalancerInfo info() const override {
    return {features_ ? "shortest vector of the hull of the gradients at the trunk's output"
                      : "shortest vector of the gradients' convex hull",
            features_ ? "w = argmin |sum w_t dL_t/dz|^2  over  w >= 0, sum w = 1,  z the trunk's "
                        "output\nd = sum w_t g_t"
                      : "w = argmin |sum w_t g_t|^2  over  w >= 0, sum w = 1\nd = sum w_t g_t",
            "Sener & Koltun 2018, Multi-Task Learning as Multi-Objective Optimization"};
  }
  Needs needs() const override { return {.gram = true, .features = features_}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }
  bool layerwise() const override { return !features_; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    rows_.read(step.gram, weights.size());
    own_.resize(rows_.size());
    solver_.solve(rows_.gram(), own_);
    rows_.write(own_, 1.0, weights);
  }

 private:
  bool features_;
  NonzeroRows rows_;
  solve::MinNorm solver_;
  std::vector<double> own_;
};

}  // namespace

std::unique_ptr<Balancer> make_mgda() { return std::make_unique<Mgda>(false); }
std::unique_ptr<Balancer> make_mgda_ub() { return std::make_unique<Mgda>(true); }

}  // namespace espalier
