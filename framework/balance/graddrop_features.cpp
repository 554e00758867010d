// GradDrop where the paper puts it, at the trunk's output (Chen et al. 2020, "Just Pick a Sign:
// Optimizing Deep Multitask Models with Gradient Sign Dropout", algorithm 1). With z the features,
// g_i = dL_i/dz, and f a feature:
//   s_i(f) = sum over the batch of sign(z) g_i            purity of the batch, not of one example
//   P(f)   = 1/2 (1 + sum_i s_i / sum_i |s_i|),  U(f) ~ U(0, 1)
//   m_i(f) = 1 if (P > U and s_i > 0) or (P < U and s_i < 0), else 0
//   g_i   *= leak + (1 - leak) m_i
// The sign of z is that of the activation: it makes gradients of one feature comparable between
// examples. Deviations: one leak for all tasks instead of one each; where all s_i of a feature are
// zero nothing is dropped (the paper's P would be 0 / 0). Tasks with inputs of their own are
// compared by feature all the same: s_i is already a sum over the task's own examples.
#include <cmath>

#include "balance/make.hpp"

namespace espalier {

namespace {

class GradDropFeatures final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"drops gradients at the trunk's output by the purity of their sign",
            "s_i = sum over the batch of sign(z) dL_i/dz, for each feature\n"
            "P = 1/2 (1 + sum_i s_i / sum_i |s_i|),  U ~ U(0, 1)\n"
            "task i keeps the feature's gradient if (P > U and s_i > 0) or (P < U and s_i < 0)",
            "Chen et al. 2020, Just Pick a Sign: Optimizing Deep Multitask Models with Gradient "
            "Sign Dropout"};
  }
  void fields(Fields& f) override {
    f.number({"leak", "share of a dropped gradient that passes"}, leak_,
             {.at_least = 0.0, .at_most = 1.0});
  }
  Needs needs() const override { return {.features = true}; }
  bool weighs() const override { return false; }

  void combine_features(const FeatureStep& step, std::span<double> /*weights*/) override {
    const std::size_t n = step.gradients.size();
    const auto width = static_cast<std::size_t>(step.gradients[0].shape.row_size());
    signs_.assign(n * width, 0.0);
    shares_.assign(n * width, real{1});
    for (std::size_t i = 0; i < n; ++i) sum_signs(step, i, width);
    for (std::size_t f = 0; f < width; ++f) {
      double sum = 0.0, size = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        sum += signs_[i * width + f];
        size += std::abs(signs_[i * width + f]);
      }
      const double drawn = step.random->uniform();
      if (size == 0.0) continue;
      const double purity = 0.5 * (1.0 + sum / size);
      for (std::size_t i = 0; i < n; ++i) {
        const double s = signs_[i * width + f];
        const bool kept = (purity > drawn && s > 0.0) || (purity < drawn && s < 0.0);
        if (!kept) shares_[i * width + f] = static_cast<real>(leak_);
      }
    }
    for (std::size_t i = 0; i < n; ++i) scale_features(step.gradients[i], i, width);
  }

 private:
  void sum_signs(const FeatureStep& step, std::size_t i, std::size_t width) {
    const real* z = step.features[i].data;
    const real* g = step.gradients[i].data;
    double* const signs = signs_.data() + i * width;
    const auto rows = static_cast<std::size_t>(step.gradients[i].size()) / width;
    for (std::size_t row = 0; row < rows; ++row, z += width, g += width) {
      for (std::size_t f = 0; f < width; ++f) {
        const real passed = z[f] > 0 ? g[f] : real{0}, turned = z[f] < 0 ? g[f] : real{0};
        signs[f] += static_cast<double>(passed - turned);
      }
    }
  }

  void scale_features(const Tensor& gradient, std::size_t i, std::size_t width) const {
    real* g = gradient.data;
    const real* const shares = shares_.data() + i * width;
    const auto rows = static_cast<std::size_t>(gradient.size()) / width;
    for (std::size_t row = 0; row < rows; ++row, g += width) {
      for (std::size_t f = 0; f < width; ++f) g[f] *= shares[f];
    }
  }

  double leak_ = 0.0;
  std::vector<double> signs_;  // (n, F)
  std::vector<real> shares_;   // (n, F), of each gradient that passes
};

}  // namespace

std::unique_ptr<Balancer> make_graddrop_features() { return std::make_unique<GradDropFeatures>(); }

}  // namespace espalier
