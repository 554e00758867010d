#include "autograd/ops/check.hpp"
#include "autograd/ops/elementwise_backward.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

class SmoothStep final : public Op, public HasTangent {
 public:
  explicit SmoothStep(double gamma) : gamma_(static_cast<real>(gamma)) {}

  std::string_view name() const override { return "smooth_step"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    return in[0];
  }

  // y = 0 below -g / 2, 1 above g / 2, between them -2 / g^3 x^3 + 3 / (2 g) x + 1 / 2
  void forward(const OpContext& c) const override {
    const real* x = c.inputs[0].data;
    real* y = c.output.data;
    const real g = gamma_, cubic = -2 / (g * g * g), linear = real{3} / (2 * g);
    for (Index i = 0, n = c.output.size(); i < n; ++i) {
      const real inside = (cubic * x[i] * x[i] + linear) * x[i] + real(0.5);
      y[i] = x[i] <= -g / 2 ? real{0} : x[i] >= g / 2 ? real{1} : inside;
    }
  }

  // dx = dy (-6 / g^3 x^2 + 3 / (2 g)) between the ends, 0 outside
  void backward(const BackwardContext& c) const override {
    const real g = gamma_;
    elementwise_backward(c, 0, c.inputs[0], [g](real x, real dy) {
      const bool inside = x > -g / 2 && x < g / 2;
      return inside ? dy * (real{3} / (2 * g) - 6 / (g * g * g) * x * x) : real{0};
    });
  }
  void tangent(const TangentContext& c) const override { symmetric_tangent(*this, c); }

 private:
  real gamma_;
};

}  // namespace

Var smooth_step(Tape& tape, Var x, double gamma) {
  return tape.record(std::make_unique<SmoothStep>(gamma), {x});
}

}  // namespace espalier
