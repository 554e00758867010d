#include "sharing/orthogonality.hpp"

#include <algorithm>

#include "tensor/blas.hpp"

namespace espalier {

namespace {

class Orthogonality final : public Penalty {
 public:
  Orthogonality(std::vector<Parameter*> weights, Index groups, double strength)
      : weights_(std::move(weights)), groups_(groups), strength_(strength) {
    Index most = 0;
    for (const Parameter* w : weights_) most = std::max(most, rows(*w));
    products_.resize(static_cast<std::size_t>(most * most));
  }

  std::span<Parameter* const> parameters() const override { return weights_; }

  double value() const override {
    double sum = 0.0;
    for (const Parameter* w : weights_) {
      const Index n = rows(*w) * rows(*w);
      for (Index g = 0; g < groups_; ++g) {
        for (Index h = g + 1; h < groups_; ++h) {
          multiply(*w, g, h);
          sum += blas::dot(n, products_.data(), products_.data());
        }
      }
    }
    return strength_ * sum;
  }

  // d/dW_g = 2 strength sum_{h != g} (W_g W_h') W_h
  void gradient(std::span<real* const> gradients) const override {
    for (std::size_t k = 0; k < weights_.size(); ++k) {
      const Parameter& w = *weights_[k];
      const Index n = rows(w), length = w.value.shape.row_size();
      for (Index g = 0; g < groups_; ++g) {
        bool first = true;
        for (Index h = 0; h < groups_; ++h) {
          if (h == g) continue;
          multiply(w, g, h);
          blas::gemm(blas::Transpose::no, blas::Transpose::no, n, length, n, 2.0 * strength_,
                     products_.data(), n, group(w, h), length, first ? 0.0 : 1.0,
                     gradients[k] + g * n * length, length);
          first = false;
        }
      }
    }
  }

 private:
  Index rows(const Parameter& w) const { return w.value.shape[0] / groups_; }
  const real* group(const Parameter& w, Index g) const {
    return w.value.data + g * rows(w) * w.value.shape.row_size();
  }

  // products = W_g W_h'
  void multiply(const Parameter& w, Index g, Index h) const {
    const Index n = rows(w), length = w.value.shape.row_size();
    blas::gemm(blas::Transpose::no, blas::Transpose::yes, n, n, length, 1.0, group(w, g), length,
               group(w, h), length, 0.0, products_.data(), n);
  }

  std::vector<Parameter*> weights_;
  Index groups_;
  double strength_;
  mutable std::vector<real> products_;
};

}  // namespace

std::unique_ptr<Penalty> make_orthogonality(const std::vector<Parameter*>& weights, Index groups,
                                            double strength) {
  return std::make_unique<Orthogonality>(weights, groups, strength);
}

}  // namespace espalier
