// ConFIG (Liu, Chu & Thuerey 2024, "ConFIG: Towards Conflict-free Training of Physics Informed
// Neural Networks"): the direction with the same cosine to every gradient, as long as the
// gradients' projections on it together. With unit gradients as rows of U, C = U U',
//   b = U+ 1 = U' C+ 1,  d = (sum_t <g_t, b>) b / |b|^2
// In weights: v = C+ 1, |b|^2 = sum v, w_t proportional to v_t / |g_t|. Where the gradients are
// independent all cosines are 1 / |b| > 0; where they are not, as nearly equal as least squares
// makes them. Weights may be negative.
//
// The pseudo-inverse is that of C, whose eigenvalues are the squares of U's singular values; those
// below 1.2e-7 of the largest count as zero. Unit gradients whose sum is orthogonal to all of them,
// as opposite ones, have b = 0: the trunk stands still, and that is reported.
#include <cmath>
#include <numeric>

#include "balance/make.hpp"
#include "balance/nonzero_rows.hpp"
#include "balance/solve/pseudo_inverse.hpp"
#include "espalier/gram.hpp"

namespace espalier {

namespace {

constexpr double kNothing = 1e-10;  // sum v is at least 1/T where it is not zero

class ConFig final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"direction with equal cosines to all gradients",
            "b = U+ 1,  rows of U: u_t = g_t / |g_t|\n"
            "d = (sum <g_t, b>) b / |b|^2",
            "Liu, Chu & Thuerey 2024, ConFIG: Towards Conflict-free Training of Physics Informed "
            "Neural Networks"};
  }
  Needs needs() const override { return {.gram = true}; }
  bool layerwise() const override { return true; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    rows_.read(step.gram, weights.size());
    const std::size_t tasks = rows_.size();
    ones_.assign(tasks, 1.0);
    own_.resize(tasks);
    inverse_.decompose(rows_.cosines(), tasks, solve::kRankCutoff);
    inverse_.apply(ones_, own_);
    const double squared = std::accumulate(own_.begin(), own_.end(), 0.0);  // |b|^2
    double factor = 0.0;
    if (squared > kNothing) {
      for (std::size_t i = 0; i < tasks; ++i) own_[i] /= rows_.norms()[i];
      for (std::size_t i = 0; i < tasks; ++i) factor += gram::product(rows_.gram(), i, own_);
      factor /= squared;
    } else if (tasks > 0) {
      step.fell_back("no direction has equal cosines to all gradients: the trunk stands still");
    }
    rows_.write(own_, factor, weights);
  }

 private:
  NonzeroRows rows_;
  solve::PseudoInverse inverse_;
  std::vector<double> ones_;
  std::vector<double> own_;
};

}  // namespace

std::unique_ptr<Balancer> make_config() { return std::make_unique<ConFig>(); }

}  // namespace espalier
