// UPGrad (Quinton & Rey 2024, "Jacobian Descent for Multi-Objective Optimization"): each task's
// gradient is projected on the dual cone {x: <g_s, x> >= 0 for all s}, the directions in which no
// loss grows, and the mean of the projections is the direction:
//   v_t = argmin v'Gv over v >= e_t,  w = sum_t v_t / T
// For T = 2 this is half of PCGrad. No task is in conflict with d, and d is linear in the
// gradients' lengths.
//
// G is divided by its trace and `epsilon` is added to its diagonal, 1e-4 as in the authors' code,
// which keeps weights small where gradients are nearly opposite, at the price of conflicts of about
// that size; 0 is exact. Their code also gives zero where the trace is below 1e-4; this one does
// not look at it. The T problems are solved exactly (solve/dual_cone.hpp).
#include "balance/make.hpp"
#include "balance/nonzero_rows.hpp"
#include "balance/solve/dual_cone.hpp"

namespace espalier {

namespace {

class UpGrad final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"mean of the gradients, each projected to where no loss grows",
            "p_t = projection of g_t on {x: <g_s, x> >= 0 for all s}\n"
            "    = sum v_s g_s,  v = argmin v'(G / trace G + epsilon I)v  over  v >= e_t\n"
            "d = mean of all p_t",
            "Quinton & Rey 2024, Jacobian Descent for Multi-Objective Optimization"};
  }
  void fields(Fields& f) override {
    f.number({"epsilon", "added to the diagonal of G / trace G; 0: exact projections"}, epsilon_,
             {.at_least = 0.0, .at_most = 1.0});
  }
  Needs needs() const override { return {.gram = true}; }
  bool layerwise() const override { return true; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    rows_.read(step.gram, weights.size());
    const std::size_t tasks = rows_.size();
    matrix_.assign(rows_.gram().begin(), rows_.gram().end());
    for (std::size_t i = 0; i < tasks; ++i) matrix_[i * tasks + i] += epsilon_;
    lower_.assign(tasks, 0.0);
    projected_.resize(tasks);
    own_.assign(tasks, 0.0);
    for (std::size_t i = 0; i < tasks; ++i) {
      lower_[i] = 1.0;
      cone_.solve(matrix_, lower_, projected_);
      lower_[i] = 0.0;
      for (std::size_t s = 0; s < tasks; ++s) own_[s] += projected_[s];
    }
    rows_.write(own_, 1.0 / static_cast<double>(tasks), weights);
  }

 private:
  double epsilon_ = 1e-4;
  NonzeroRows rows_;
  solve::DualCone cone_;
  std::vector<double> matrix_;
  std::vector<double> lower_;
  std::vector<double> projected_;
  std::vector<double> own_;
};

}  // namespace

std::unique_ptr<Balancer> make_upgrad() { return std::make_unique<UpGrad>(); }

}  // namespace espalier
