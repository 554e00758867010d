#include <algorithm>
#include <cmath>

#include "autograd/ops/elementwise_loss.hpp"
#include "espalier/ops.hpp"
#include "tensor/elementwise.hpp"

namespace espalier {

namespace {

struct LogisticLoss {
  // f = max(z, 0) - z t + log(1 + exp(-|z|))
  void value(Index n, const real* z, const real* t, real* y) const {
    for (Index i = 0; i < n; ++i) {
      if (t[i] < 0 || t[i] > 1) {
        throw RunFailure(text::cat("[binary_cross_entropy] expected targets from 0 to 1, found ",
                                   text::number(static_cast<double>(t[i]))));
      }
    }
    for (Index i = 0; i < n; ++i) y[i] = -std::abs(z[i]);
    elementwise::softplus(n, y, y);
    for (Index i = 0; i < n; ++i) y[i] += (z[i] < 0 ? 0 : z[i]) - z[i] * t[i];
  }
  // df/dz = sigmoid(z) - t
  void slope(Index n, const real* z, const real* t, real* d) const {
    elementwise::sigmoid(n, z, d);
    for (Index i = 0; i < n; ++i) d[i] -= t[i];
  }
  // df/dt = log(1 - p) - log p = -z
  void target_slope(Index n, const real* z, const real* /*t*/, real* d) const {
    for (Index i = 0; i < n; ++i) d[i] = -z[i];
  }
};

}  // namespace

Var binary_cross_entropy(Tape& tape, Var logits, Var targets) {
  return tape.record(std::make_unique<ElementwiseLoss<LogisticLoss>>("binary_cross_entropy"),
                     {logits, targets});
}

}  // namespace espalier
