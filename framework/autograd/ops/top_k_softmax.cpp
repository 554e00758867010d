#include <algorithm>
#include <cmath>

#include "autograd/ops/check.hpp"
#include "autograd/ops/softmax_backward.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

class TopKSoftmax final : public Op, public HasTangent {
 public:
  explicit TopKSoftmax(Index k) : k_(k) {}

  std::string_view name() const override { return "top_k_softmax"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    check::that(in[0].shape.rank() == 2 && in[0].shape[1] >= k_ && k_ >= 1, name(),
                text::cat("rows of at least ", k_, " scores (N, C)"), in[0].shape);
    return in[0];
  }

  // y = exp x / sum over the k largest, 0 elsewhere
  void forward(const OpContext& c) const override {
    const Index classes = c.output.shape[-1];
    for (Index i = 0, n = c.output.size(); i < n; i += classes) {
      row(classes, c.inputs[0].data + i, c.output.data + i);
    }
  }

  // dx = y (dy - <y, dy>): zero where y is
  void backward(const BackwardContext& c) const override { softmax_backward(c); }
  void tangent(const TangentContext& c) const override { symmetric_tangent(*this, c); }

  bool reads_input(int /*k*/) const override { return false; }
  bool reads_output() const override { return true; }

 private:
  // An element is in while fewer than k are larger, or equal and before it.
  void row(Index n, const real* x, real* y) const {
    const real largest = *std::max_element(x, x + n);
    real sum = 0;
    for (Index i = 0; i < n; ++i) {
      Index before = 0;
      for (Index j = 0; j < n; ++j) before += x[j] > x[i] || (x[j] == x[i] && j < i) ? 1 : 0;
      y[i] = before < k_ ? std::exp(x[i] - largest) : real{0};
      sum += y[i];
    }
    for (Index i = 0; i < n; ++i) y[i] /= sum;
  }

  Index k_;
};

}  // namespace

Var top_k_softmax(Tape& tape, Var x, Index k) {
  return tape.record(std::make_unique<TopKSoftmax>(k), {x});
}

}  // namespace espalier
