// DualProj: the mean gradient projected on the dual cone {x: <g_t, x> >= 0 for all t}, the
// directions in which no loss grows; the projection of GEM (Lopez-Paz & Ranzato 2017, "Gradient
// Episodic Memory for Continual Learning"), named as in Quinton & Rey 2024:
//   w = argmin w'Gw over w >= 1/T
// `epsilon` as in upgrad.cpp: the reference implementation's 1e-4 on the diagonal of G / trace G.
#include "balance/make.hpp"
#include "balance/nonzero_rows.hpp"
#include "balance/solve/dual_cone.hpp"

namespace espalier {

namespace {

class DualProj final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"mean gradient projected to where no loss grows",
            "d = projection of mean g_t on {x: <g_t, x> >= 0 for all t}\n"
            "  = sum w_t g_t,  w = argmin w'(G / trace G + epsilon I)w  over  w >= 1/T",
            "Lopez-Paz & Ranzato 2017, Gradient Episodic Memory for Continual Learning"};
  }
  void fields(Fields& f) override {
    f.number({"epsilon", "added to the diagonal of G / trace G; 0: exact projection"}, epsilon_,
             {.at_least = 0.0, .at_most = 1.0});
  }
  Needs needs() const override { return {.gram = true}; }
  bool layerwise() const override { return true; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    rows_.read(step.gram, weights.size());
    const std::size_t tasks = rows_.size();
    matrix_.assign(rows_.gram().begin(), rows_.gram().end());
    for (std::size_t i = 0; i < tasks; ++i) matrix_[i * tasks + i] += epsilon_;
    mean_.assign(tasks, 1.0 / static_cast<double>(tasks));
    own_.resize(tasks);
    cone_.solve(matrix_, mean_, own_);
    rows_.write(own_, 1.0, weights);
  }

 private:
  double epsilon_ = 1e-4;
  NonzeroRows rows_;
  solve::DualCone cone_;
  std::vector<double> matrix_;
  std::vector<double> mean_;
  std::vector<double> own_;
};

}  // namespace

std::unique_ptr<Balancer> make_dualproj() { return std::make_unique<DualProj>(); }

}  // namespace espalier
