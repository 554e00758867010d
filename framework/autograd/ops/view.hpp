#pragma once

#include <cstring>
#include <string>

#include "autograd/ops/check.hpp"
#include "autograd/ops/elementwise_backward.hpp"
#include "autograd/ops/tangent_forms.hpp"
#include "core/shape_limit.hpp"

namespace espalier {

/// The numbers of input 0 under another row shape. The plan gives output and input the same memory;
/// forward and backward are for the places where it cannot.
class ViewOp final : public Op, public HasTangent {
 public:
  ViewOp(std::string name, const Shape& row) : name_(std::move(name)), row_(row) {}

  std::string_view name() const override { return name_; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    const Shape& x = in[0].shape;
    check::that(has_at_most(row_, x.row_size()) && row_.size() == x.row_size(), name(),
                text::cat("rows of ", x.row_size(), " numbers for ", to_string(x)), row_);
    Shape y{x[0]};
    for (const Index extent : row_) y.push_back(extent);
    return {y, Dtype::floating};
  }

  // y = x
  void forward(const OpContext& c) const override {
    if (c.output.data == c.inputs[0].data) return;
    std::memcpy(c.output.data, c.inputs[0].data,
                static_cast<std::size_t>(c.output.size()) * sizeof(real));
  }

  // dx = dy
  void backward(const BackwardContext& c) const override { scaled_backward(c, 0); }
  void tangent(const TangentContext& c) const override { linear_tangent(*this, c); }

  bool reads_input(int /*k*/) const override { return false; }
  bool in_place() const override { return true; }
  bool is_view() const override { return true; }
  double flops(const Geometry& /*g*/) const override { return 0.0; }

 private:
  std::string name_;
  Shape row_;
};

}  // namespace espalier
