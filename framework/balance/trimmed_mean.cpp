// Trimmed mean (Yin et al. 2018, "Byzantine-Robust Distributed Learning: Towards Optimal
// Statistical Rates"). For each shared parameter on its own: the tasks' gradients in order of size,
// without the `trim` smallest and the `trim` largest; d is the mean of the rest.
//
// Made for gradients of which some are corrupt, offered for tasks by TorchJD. With n tasks at hand
// at most (n - 1) / 2 can be dropped at either end; where `trim` is more, the step takes that many
// (the median, or the mean of the two in the middle) and says so. So T = 2 is the plain mean.
#include <algorithm>

#include "balance/make.hpp"

namespace espalier {

namespace {

class TrimmedMean final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"mean of each parameter's gradients without the extreme ones",
            "for each parameter: g sorted, the first and the last `trim` dropped\n"
            "d = mean of the others",
            "Yin et al. 2018, Byzantine-Robust Distributed Learning: Towards Optimal Statistical "
            "Rates"};
  }
  void fields(Fields& f) override {
    f.integer({"trim", "how many gradients are dropped at either end"}, trim_, {.at_least = 0});
  }
  Needs needs() const override { return {.jacobian = true}; }
  bool weighs() const override { return false; }

  void combine(const JacobianStep& step, std::span<double> weights,
               std::span<real> direction) override {
    const std::size_t n = weights.size(), columns = direction.size();
    const std::size_t trim = std::min(static_cast<std::size_t>(trim_), (n - 1) / 2);
    if (trim < static_cast<std::size_t>(trim_)) {
      step.fell_back("fewer than 2 trim + 1 tasks are at hand: fewer gradients are dropped");
    }
    column_.resize(n);
    const real* const rows = step.jacobian.data;
    for (std::size_t k = 0; k < columns; ++k) {
      for (std::size_t i = 0; i < n; ++i) column_[i] = rows[i * columns + k];
      if (trim > 0) std::ranges::sort(column_);
      double sum = 0.0;
      for (std::size_t i = trim; i < n - trim; ++i) sum += static_cast<double>(column_[i]);
      direction[k] = static_cast<real>(sum / static_cast<double>(n - 2 * trim));
    }
  }

 private:
  Index trim_ = 1;
  std::vector<real> column_;
};

}  // namespace

std::unique_ptr<Balancer> make_trimmed_mean() { return std::make_unique<TrimmedMean>(); }

}  // namespace espalier
