#include <cstring>

#include "autograd/ops/check.hpp"
#include "autograd/ops/elementwise_backward.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

class Stack final : public Op, public HasTangent {
 public:
  std::string_view name() const override { return "stack"; }
  RowRule row_rule() const override { return RowRule::stack; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_inputs(name(), in);
    Index rows = 0;
    for (const ValueInfo& part : in) {
      check::same_shape(name(), "rows like", in[0].shape.row(), part.shape.row());
      rows += part.shape[0];
    }
    return {in[0].shape.with_rows(rows), Dtype::floating};
  }

  // y = the rows of x_0, then those of x_1, ...
  void forward(const OpContext& c) const override {
    real* y = c.output.data;
    for (const Tensor& part : c.inputs) {
      std::memcpy(y, part.data, static_cast<std::size_t>(part.size()) * sizeof(real));
      y += part.size();
    }
  }

  // dx_k = the rows of dy that came from x_k
  void backward(const BackwardContext& c) const override {
    for (std::size_t k = 0; k < c.inputs.size(); ++k) scaled_backward(c, k);
  }

  void tangent(const TangentContext& c) const override { linear_tangent(*this, c); }

  bool reads_input(int /*k*/) const override { return false; }
  double flops(const Geometry& /*g*/) const override { return 0.0; }
};

}  // namespace

Var stack(Tape& tape, const std::vector<Var>& parts) {
  if (parts.empty()) check::fail("stack", "at least one part", "none");
  return tape.record(std::make_unique<Stack>(), parts);
}

}  // namespace espalier
