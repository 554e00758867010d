// Aligned-MTL (Senushkin et al. 2023, "Independent Component Alignment for Multi-Task Learning"):
// replaces J by the nearest matrix whose singular values are all the same, so that no task
// dominates and none conflicts. With G = V diag(l) V', the r eigenvalues above l_max T 1.2e-7 (the
// precision of the authors' 32-bit numbers), and a scale m,
//   B = sqrt(m) V diag(l)^(-1/2) V',  w = B 1
// m is the smallest of the r eigenvalues (the paper, whose step is the longest safe one), or their
// median or mean (`scale_mode`: min, median, rmse). aligned_ub does the same with the gradients at
// the trunk's output.
//
// Weights are those of a sum, B 1, as in the authors' code. With `min`, tasks that nearly agree
// shorten the step, and the cut of small eigenvalues makes it jump. Of an even number of
// eigenvalues the median is the lower one, as in the authors' code.
#include <array>
#include <cmath>
#include <numeric>
#include <string>

#include "balance/make.hpp"
#include "balance/nonzero_rows.hpp"
#include "tensor/symmetric_eigen.hpp"

namespace espalier {

namespace {

constexpr double kPrecision = 1.1920929e-7;

class Aligned final : public Balancer {
 public:
  explicit Aligned(bool features) : features_(features) {}

  BalancerInfo info() const override {
    return {features_ ? "gradients at the trunk's output made orthogonal and of one length"
                      : "gradients made orthogonal and of one length",
            features_ ? "G = J J' = V diag(l) V',  rows of J: dL_t/dz, z the trunk's output\n"
                        "w = sqrt(m) V diag(l)^(-1/2) V' 1,  m = min l  (or median, mean)\n"
                        "d = sum w_t g_t"
                      : "G = J J' = V diag(l) V'\n"
                        "w = sqrt(m) V diag(l)^(-1/2) V' 1,  m = min l  (or median, mean)\n"
                        "d = sum w_t g_t",
            "Senushkin et al. 2023, Independent Component Alignment for Multi-Task Learning"};
  }
  void fields(Fields& f) override {
    static constexpr std::array<std::string_view, 3> kModes = {"min", "median", "rmse"};
    f.word({"scale_mode",
            "squared length of the aligned gradients: the smallest eigenvalue of G, their median, "
            "or their mean (rmse)"},
           mode_, kModes);
  }
  Needs needs() const override { return {.gram = true, .features = features_}; }
  bool layerwise() const override { return !features_; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    rows_.read(step.gram, weights.size());
    const std::size_t tasks = rows_.size();
    eigen_.decompose(rows_.gram(), tasks);
    const auto values = eigen_.values();
    std::size_t rank = 0;
    const double cutoff = tasks == 0 ? 0.0 : values[0] * static_cast<double>(tasks) * kPrecision;
    while (rank < tasks && values[rank] > cutoff) ++rank;
    own_.assign(tasks, 0.0);
    for (std::size_t k = 0; k < rank; ++k) {
      const auto v = eigen_.vector(k);
      const double amount = std::accumulate(v.begin(), v.end(), 0.0) *
                            std::sqrt(scale(values.first(rank)) / values[k]);
      for (std::size_t i = 0; i < tasks; ++i) own_[i] += amount * v[i];
    }
    rows_.write(own_, 1.0, weights);
  }

 private:
  double scale(std::span<const double> kept) const {  // largest first
    if (mode_ == "min") return kept.back();
    if (mode_ == "median") return kept[kept.size() / 2];
    return std::accumulate(kept.begin(), kept.end(), 0.0) / static_cast<double>(kept.size());
  }

  bool features_;
  std::string mode_ = "min";
  NonzeroRows rows_;
  solve::SymmetricEigen eigen_;
  std::vector<double> own_;
};

}  // namespace

std::unique_ptr<Balancer> make_aligned() { return std::make_unique<Aligned>(false); }
std::unique_ptr<Balancer> make_aligned_ub() { return std::make_unique<Aligned>(true); }

}  // namespace espalier
