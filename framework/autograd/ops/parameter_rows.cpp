#include <algorithm>
#include <array>

#include "autograd/ops/check.hpp"
#include "autograd/ops/sink.hpp"
#include "espalier/ops.hpp"
#include "espalier/tangent.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

namespace {

class ParameterRows final : public Op, public HasTangent {
 public:
  explicit ParameterRows(Parameter& value) : owned_{&value} {}

  std::string_view name() const override { return "parameter_rows"; }
  std::span<Parameter* const> parameters() const override { return owned_; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    const Shape& row = value().shape;
    check::that(row.rank() < Shape::kMaxRank, name(),
                text::cat("a parameter of at most ", Shape::kMaxRank - 1, " axes"), row);
    Shape y = {in[0].shape[0]};
    for (const Index extent : row) y.push_back(extent);
    return {y, Dtype::floating};
  }

  // y_i = p
  void forward(const OpContext& c) const override { repeat(value().data, c.output); }

  // dx = 0: only the number of rows is taken from x
  void backward(const BackwardContext& c) const override {
    const Index row = c.inputs[0].shape.row_size();
    for (const Run& run : c.runs[0]) {
      if (!run.accumulate) matrix::fill(run.rows * row, real{0}, c.dx[0].data + run.dx_row * row);
    }
  }

  // y'_i = p'
  void tangent(const TangentContext& c) const override {
    if (c.moves[0].data != nullptr) {
      repeat(c.moves[0].data, c.dy);
    } else {
      matrix::fill(c.dy.size(), real{0}, c.dy.data);
    }
  }

  // dp = sum_i dy_i, a few numbers at a time so that they add up in double
  void parameter_gradient(const GradientContext& c) const override {
    const Index numbers = value().size();
    for (Index first = 0; first < numbers; first += kChunk) {
      const Index count = std::min(kChunk, numbers - first);
      std::array<double, kChunk> sums{};
      for (Index i = 0; i < c.rows; ++i) {
        const real* const dy = c.dy.data + i * numbers + first;
        for (Index k = 0; k < count; ++k) {
          sums[static_cast<std::size_t>(k)] += static_cast<double>(dy[k]);
        }
      }
      write_sink(c.sinks[0], first, count, sums.data());
    }
  }

  bool reads_input(int /*k*/) const override { return false; }
  double flops(const Geometry& /*g*/) const override { return 0.0; }

 private:
  static constexpr Index kChunk = 64;

  static void repeat(const real* row, const Tensor& y) {
    const Index numbers = y.shape.row_size();
    for (Index i = 0; i < y.shape[0]; ++i) std::copy_n(row, numbers, y.data + i * numbers);
  }

  const Tensor& value() const { return owned_[0]->value; }

  std::array<Parameter*, 1> owned_;
};

}  // namespace

Var parameter_rows(Tape& tape, Var x, Parameter& value) {
  return tape.record(std::make_unique<ParameterRows>(value), {x});
}

}  // namespace espalier
