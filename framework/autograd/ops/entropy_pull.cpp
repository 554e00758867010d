#include <algorithm>
#include <cmath>

#include "autograd/ops/check.hpp"
#include "autograd/ops/elementwise_backward.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

class EntropyPull final : public Op {
 public:
  explicit EntropyPull(double strength) : strength_(strength) {}

  std::string_view name() const override { return "entropy_pull"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    return in[0];
  }

  // y = p
  void forward(const OpContext& c) const override {
    std::copy_n(c.inputs[0].data, c.output.size(), c.output.data);
  }

  // dp = dy + strength / N d/dp (-sum p log p) = dy - strength / N (log p + 1), N rows of a stream
  void backward(const BackwardContext& c) const override {
    const auto streams = static_cast<double>(std::max<std::size_t>(1, c.parts.size()));
    const double rows = static_cast<double>(c.inputs[0].shape[0]) / streams;
    const auto factor = static_cast<real>(strength_ / rows);
    elementwise_backward(c, 0, c.inputs[0], [factor](real p, real dy) {
      return dy - factor * (std::log(std::max(p, kLeast)) + 1);
    });
  }

  bool in_place() const override { return false; }
  double flops(const Geometry& /*g*/) const override { return 0.0; }

 private:
  static constexpr real kLeast = real(1e-6);  // the slope at 0 has no end

  double strength_;
};

}  // namespace

Var entropy_pull(Tape& tape, Var p, double strength) {
  return tape.record(std::make_unique<EntropyPull>(strength), {p});
}

}  // namespace espalier
