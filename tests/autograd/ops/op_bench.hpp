#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "autograd/ops/op_model.hpp"
#include "espalier/tangent.hpp"

/// Ops with contexts made by hand: no plan is involved.
namespace espalier::test {

inline constexpr real kNaN = std::numeric_limits<real>::quiet_NaN();
inline constexpr real kSentinel = real(7.25);

/// One op with memory around it: two streams of 3 and 4 rows (one stream where it is a loss).
class Bench {
 public:
  explicit Bench(const OpCase& c) : tape_(/*training=*/true) {
    std::vector<StreamRows> streams = {{0, 3}};
    if (!c.loss) streams.push_back({1, 4});
    for (const Shape& shape : c.parameters) {
      parameters_.push_back(std::make_unique<OwnedParameter>("own", shape));
      own_.push_back(&parameters_.back()->parameter);
    }
    std::vector<RunningStatistics> statistics;
    for (int s = 0; s < 2 && !c.parameters.empty(); ++s) {
      const Shape channels{c.parameters[0][0]};
      buffers_.push_back(std::make_unique<OwnedBuffer>("mean", channels, real{0}));
      Buffer* const mean = &buffers_.back()->buffer;
      buffers_.push_back(std::make_unique<OwnedBuffer>("variance", channels, real{1}));
      statistics.push_back({s, mean, &buffers_.back()->buffer});
    }
    std::vector<Var> inputs;
    for (const InputSpec& spec : c.inputs) {
      inputs.push_back(tape_.input("x", spec.row, spec.dtype, streams));
    }
    const Var y = c.record({tape_, inputs, own_, statistics});
    const Tape::Node& node = tape_.nodes().back();
    op_ = node.op.get();
    fill(c, node);
    reserve(node, y);
  }

  const Op& op() const { return *op_; }
  /// Null where it has none.
  const HasTangent* tangent_op() const { return dynamic_cast<const HasTangent*>(op_); }
  std::size_t inputs() const { return reals_.size(); }
  bool differentiable(std::size_t k) const { return inputs_[k].data != nullptr; }
  const Shape& shape(std::size_t k) const { return infos_[k].shape; }
  const Shape& output_shape() const { return output_info_.shape; }
  std::span<const Part> parts() const { return parts_; }
  std::vector<real>& output() { return output_; }
  std::vector<real>& input(std::size_t k) { return reals_[k]; }
  std::span<const std::unique_ptr<OwnedParameter>> parameters() const { return parameters_; }
  bool reduces() const { return op_->row_rule() == RowRule::reduce; }

  OpContext context() {
    OpContext c;
    c.inputs = inputs_;
    c.indices = indices_;
    c.output = {output_.data(), output_info_.shape};
    c.parameters = op_->parameters();
    c.parts = parts_;
    c.saved = std::as_writable_bytes(std::span(saved_)).first(footprint_.saved);
    c.workspace = std::as_writable_bytes(std::span(workspace_)).first(footprint_.workspace);
    c.training = true;
    c.step = 3;
    return c;
  }

  /// Forward into memory full of NaN, then what the backward pass may not read is spoilt.
  void forward() {
    std::ranges::fill(output_, kNaN);
    spoil_workspace();
    op_->forward(context());
    for (std::size_t k = 0; k < inputs(); ++k) {
      if (!op_->reads_input(static_cast<int>(k))) std::ranges::fill(reals_[k], kNaN);
    }
    result_ = output_;
    if (!op_->reads_output()) std::ranges::fill(output_, kNaN);
  }
  const std::vector<real>& result() const { return result_; }

  void backward(std::size_t k, const std::vector<real>& dy, Index dy_rows, std::vector<real>& dx,
                Index dx_rows, const std::vector<Run>& runs) {
    std::vector<Tensor> dxs(inputs());
    std::vector<std::span<const Run>> spans(inputs());
    dxs[k] = {dx.data(), shape(k).with_rows(dx_rows)};
    spans[k] = runs;
    BackwardContext c;
    static_cast<OpContext&>(c) = context();
    c.dy = {dy.data(), output_info_.shape.with_rows(dy_rows)};
    c.dx = dxs;
    c.runs = spans;
    spoil_workspace();
    op_->backward(c);
  }

  /// Workspace for products of so many rows by as many.
  void make_room(Index rows) {
    footprint_.workspace =
        std::max(footprint_.workspace, static_cast<std::size_t>(rows * rows) * sizeof(real));
    workspace_.resize(footprint_.workspace / sizeof(double) + 8);
  }
  void spoil_workspace() { std::memset(workspace_.data(), 0xFF, workspace_.size()); }

 private:
  void fill(const OpCase& c, const Tape::Node& node) {
    RandomStream random(2, "contract/" + c.name);
    for (const auto& owned : parameters_) {
      for (real& number : owned->numbers) number = static_cast<real>(random.uniform() + 0.2);
    }
    std::vector<std::span<real>> spans;
    reals_.resize(node.inputs.size());
    integers_.resize(node.inputs.size());
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      infos_.push_back(tape_.value(node.inputs[k]).info);
      const auto size = static_cast<std::size_t>(infos_[k].shape.size());
      const InputSpec& spec = c.inputs[std::min(k, c.inputs.size() - 1)];
      if (infos_[k].dtype == Dtype::integer) {
        integers_[k].resize(size);
        draw(spec, random, std::span<std::int32_t>(integers_[k]));
      } else {
        reals_[k].resize(size);
        draw(spec, random, std::span<real>(reals_[k]));
        spans.emplace_back(reals_[k]);
      }
    }
    leave_kinks(c, spans);
    parts_ = tape_.value(node.inputs[0]).parts;
  }

  void reserve(const Tape::Node& /*node*/, Var y) {
    output_info_ = tape_.value(y).info;
    output_.resize(static_cast<std::size_t>(output_info_.shape.size()));
    Geometry g;
    g.inputs = infos_;
    g.output = output_info_;
    g.parts = parts_;
    g.cotangent_rows = 2 * output_info_.shape[0];  // of two lanes: see check_runs
    footprint_ = op_->footprint(g);
    saved_.resize(footprint_.saved / sizeof(double) + 8, std::nan(""));
    const auto* const moves = dynamic_cast<const HasTangent*>(op_);
    const std::size_t more = moves != nullptr ? moves->tangent_workspace(g) : 0;
    footprint_.workspace = std::max(footprint_.workspace, more);
    workspace_.resize(footprint_.workspace / sizeof(double) + 8);
    for (std::size_t k = 0; k < reals_.size(); ++k) {
      const bool real_input = infos_[k].dtype == Dtype::floating;
      inputs_.push_back(real_input ? Tensor{reals_[k].data(), infos_[k].shape} : Tensor{});
      indices_.push_back(real_input ? IndexTensor{}
                                    : IndexTensor{integers_[k].data(), infos_[k].shape});
    }
  }

  Tape tape_;
  const Op* op_ = nullptr;
  std::vector<std::unique_ptr<OwnedParameter>> parameters_;
  std::vector<std::unique_ptr<OwnedBuffer>> buffers_;
  std::vector<Parameter*> own_;
  std::vector<ValueInfo> infos_;
  ValueInfo output_info_;
  std::vector<Part> parts_;
  std::vector<std::vector<real>> reals_;
  std::vector<std::vector<std::int32_t>> integers_;
  std::vector<Tensor> inputs_;
  std::vector<IndexTensor> indices_;
  std::vector<real> output_, result_;
  Footprint footprint_;
  std::vector<double> saved_, workspace_;
};

inline std::vector<real> random_numbers(std::string_view name, Index count) {
  RandomStream random(4, name);
  std::vector<real> numbers(static_cast<std::size_t>(count));
  for (real& number : numbers) number = static_cast<real>(2.0 * random.uniform() - 1.0);
  return numbers;
}

inline bool has_nan(const std::vector<real>& numbers) {
  return std::ranges::any_of(numbers, [](real x) { return std::isnan(x); });
}

inline bool near(real a, real b) {
  return std::abs(a - b) <= real(1e-12) * std::max(real{1}, std::abs(b));
}

inline std::vector<std::vector<real>> parameter_gradient(Bench& bench, const std::vector<real>& dy,
                                                         const Part& part, double alpha,
                                                         double beta, real before) {
  std::vector<std::vector<real>> gradients;
  std::vector<Sink> sinks;
  for (const auto& owned : bench.parameters())
    gradients.emplace_back(owned->numbers.size(), before);
  for (auto& g : gradients) sinks.push_back({g.data(), alpha, beta});
  GradientContext c;
  static_cast<OpContext&>(c) = bench.context();
  std::vector<Tensor> inputs;
  std::vector<IndexTensor> indices;
  for (std::size_t k = 0; k < bench.inputs(); ++k) {
    const bool real_input = c.inputs[k].data != nullptr;
    inputs.push_back(real_input ? c.inputs[k].rows(part.first, part.rows) : Tensor{});
    indices.push_back(real_input ? IndexTensor{} : c.indices[k].rows(part.first, part.rows));
  }
  const std::vector<Part> parts = {{part.stream, 0, part.rows}};
  c.inputs = inputs;
  c.indices = indices;
  c.output = c.output.rows(part.first, part.rows);
  c.parts = parts;
  c.first_row = part.first;
  c.rows = part.rows;
  c.dy = ConstTensor(dy.data(), bench.output_shape()).rows(part.first, part.rows);
  c.sinks = sinks;
  bench.spoil_workspace();
  bench.op().parameter_gradient(c);
  return gradients;
}

}  // namespace espalier::test
