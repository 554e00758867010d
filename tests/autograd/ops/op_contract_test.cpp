#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "autograd/ops/op_model.hpp"

/// The rules of op.hpp, tried on every op by hand-made contexts: no plan is involved.
namespace espalier::test {

namespace {

constexpr real kNaN = std::numeric_limits<real>::quiet_NaN();
constexpr real kSentinel = real(7.25);

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

std::vector<real> random_numbers(std::string_view name, Index count) {
  RandomStream random(4, name);
  std::vector<real> numbers(static_cast<std::size_t>(count));
  for (real& number : numbers) number = static_cast<real>(2.0 * random.uniform() - 1.0);
  return numbers;
}

bool has_nan(const std::vector<real>& numbers) {
  return std::ranges::any_of(numbers, [](real x) { return std::isnan(x); });
}

bool near(real a, real b) {
  return std::abs(a - b) <= real(1e-12) * std::max(real{1}, std::abs(b));
}

/// Two lanes over the same rows, lane 1 before lane 0 in dx, with a spare row around each.
struct Lanes {
  Index rows, dy_rows, dx_rows;
  std::vector<Run> runs;
};

Lanes two_lanes(const Bench& bench, std::size_t k) {
  const Index rows = bench.shape(k)[0];
  const Index per_lane = bench.reduces() ? 1 : rows;
  Lanes lanes{rows, 2 * per_lane, 2 * rows + 3, {}};
  for (Index lane = 0; lane < 2; ++lane) {
    for (const Part& part : bench.parts()) {
      lanes.runs.push_back({.rows = part.rows,
                            .value_row = part.first,
                            .dy_row = lane * per_lane + (bench.reduces() ? 0 : part.first),
                            .dx_row = (1 - lane) * (rows + 1) + 1 + part.first,
                            .accumulate = lane == 1});
    }
  }
  return lanes;
}

// dx of one lane alone, overwritten.
std::vector<real> lane_alone(Bench& bench, std::size_t k, const std::vector<real>& dy, Index lane) {
  const Index row = bench.shape(k).row_size(), rows = bench.shape(k)[0];
  const Index dy_numbers = static_cast<Index>(dy.size()) / 2;
  const std::vector<real> mine(dy.begin() + lane * dy_numbers,
                               dy.begin() + (lane + 1) * dy_numbers);
  std::vector<real> dx(static_cast<std::size_t>(rows * row), kNaN);
  bench.backward(k, mine, bench.reduces() ? 1 : rows, dx, rows, {{.rows = rows}});
  return dx;
}

void check_runs(Bench& bench, std::size_t k) {
  const Lanes lanes = two_lanes(bench, k);
  const Index row = bench.shape(k).row_size();
  const std::vector<real> dy =
      random_numbers("dy", lanes.dy_rows * bench.output_shape().row_size());
  std::vector<real> dx(static_cast<std::size_t>(lanes.dx_rows * row), kSentinel);
  bench.backward(k, dy, lanes.dy_rows, dx, lanes.dx_rows, lanes.runs);
  const std::vector<real> alone[2] = {lane_alone(bench, k, dy, 0), lane_alone(bench, k, dy, 1)};
  CHECK_FALSE(has_nan(alone[0]));
  bool spare = true, overwritten = true, added = true;
  for (Index i = 0; i < lanes.rows * row; ++i) {
    const auto at = static_cast<std::size_t>(i);
    added &= near(dx[static_cast<std::size_t>(row) + at], kSentinel + alone[1][at]);
    overwritten &= near(dx[static_cast<std::size_t>((lanes.rows + 2) * row) + at], alone[0][at]);
  }
  for (const Index r : {Index{0}, lanes.rows + 1, 2 * lanes.rows + 2}) {
    for (Index i = 0; i < row; ++i) spare &= dx[static_cast<std::size_t>(r * row + i)] == kSentinel;
  }
  CHECK(added);
  CHECK(overwritten);
  CHECK(spare);
}

std::vector<std::vector<real>> parameter_gradient(Bench& bench, const std::vector<real>& dy,
                                                  const Part& part, double alpha, double beta,
                                                  real before) {
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

}  // namespace

TEST_CASE("backward writes exactly the rows of its runs") {
  for (const OpCase& c : op_cases()) {
    INFO(c.name);
    Bench bench(c);
    bench.forward();
    CHECK_FALSE(has_nan(bench.result()));
    for (std::size_t k = 0; k < bench.inputs(); ++k) {
      if (bench.differentiable(k)) check_runs(bench, k);
    }
  }
}

TEST_CASE("an op that may work in place gives the same numbers there") {
  int tried = 0;
  for (const OpCase& c : op_cases()) {
    Bench apart(c), bench(c);
    if (!bench.op().in_place()) continue;
    INFO(c.name);
    ++tried;
    apart.forward();
    OpContext context = bench.context();
    const Tensor y{context.inputs[0].data, bench.output_shape()};
    context.output = y;
    bench.op().forward(context);
    const std::vector<real> result(y.data, y.data + y.size());
    CHECK(result == apart.result());

    std::vector<real> dy = random_numbers("dy", y.size());
    const std::vector<real> expected = lane_alone(
        apart, 0,
        [&] {
          std::vector<real> both = dy;
          both.insert(both.end(), dy.begin(), dy.end());
          return both;
        }(),
        0);
    BackwardContext b;
    static_cast<OpContext&>(b) = context;
    const Tensor dx{dy.data(), bench.shape(0)};
    const std::vector<Run> runs = {{.rows = y.shape[0]}};
    const std::span<const Run> spans[1] = {runs};
    b.dy = {dy.data(), bench.output_shape()};
    b.dx = {&dx, 1};
    b.runs = spans;
    bench.op().backward(b);
    CHECK(dy == expected);
  }
  CHECK(tried >= 10);
}

TEST_CASE("parameter gradients obey their sinks and read no parameter") {
  for (const OpCase& c : op_cases()) {
    Bench bench(c);
    if (bench.parameters().empty()) continue;
    INFO(c.name);
    bench.forward();
    const std::vector<real> dy = random_numbers("dy", bench.output_shape().size());
    for (const auto& owned : bench.parameters()) std::ranges::fill(owned->numbers, kNaN);
    for (const Part& part : bench.parts()) {
      const auto plain = parameter_gradient(bench, dy, part, 1.0, 0.0, kNaN);
      const auto mixed = parameter_gradient(bench, dy, part, -0.5, 0.3, real{2});
      const auto added = parameter_gradient(bench, dy, part, 2.0, 1.0, real{1});
      for (std::size_t k = 0; k < plain.size(); ++k) {
        CHECK_FALSE(has_nan(plain[k]));
        bool agrees = true;
        for (std::size_t i = 0; i < plain[k].size(); ++i) {
          agrees &= near(mixed[k][i], real(0.6) - real(0.5) * plain[k][i]);
          agrees &= near(added[k][i], real{1} + real{2} * plain[k][i]);
        }
        CHECK(agrees);
      }
    }
  }
}

TEST_CASE("a parameter that is not asked for is not touched, the others are as before") {
  for (const OpCase& c : op_cases()) {
    Bench bench(c);
    if (bench.parameters().size() != 2) continue;
    INFO(c.name);
    bench.forward();
    const Part all = {bench.parts()[0].stream, 0, bench.parts()[0].rows};
    const std::vector<real> dy = random_numbers("dy", bench.output_shape().size());
    const auto both = parameter_gradient(bench, dy, all, 1.0, 0.0, kNaN);
    for (std::size_t k = 0; k < 2; ++k) {
      std::vector<real> alone(both[k].size(), kNaN);
      std::vector<Sink> sinks(2);
      sinks[k] = {alone.data(), 1.0, 0.0};
      GradientContext context;
      static_cast<OpContext&>(context) = bench.context();
      std::vector<Tensor> inputs;
      for (const Tensor& x : context.inputs) inputs.push_back(x.rows(0, all.rows));
      context.inputs = inputs;
      context.parts = {&all, 1};
      context.rows = all.rows;
      context.dy = ConstTensor(dy.data(), bench.output_shape()).rows(0, all.rows);
      context.sinks = sinks;
      bench.op().parameter_gradient(context);
      CHECK(alone == both[k]);
    }
  }
}

TEST_CASE("a value's rows do not depend on the rows beside them") {
  for (const OpCase& c : op_cases()) {
    if (c.loss || c.name.starts_with("batch_norm") || c.name.starts_with("linear")) continue;
    INFO(c.name);
    Bench bench(c);
    bench.forward();
    Bench changed(c);
    for (std::size_t k = 0; k < changed.inputs(); ++k) {
      const Index row = changed.shape(k).row_size();
      if (changed.input(k).empty()) continue;
      std::fill_n(changed.input(k).begin(), 3 * row, real(0.125));  // the rows of stream 0
    }
    changed.forward();
    const auto first = static_cast<std::ptrdiff_t>(3 * bench.output_shape().row_size());
    CHECK(std::equal(bench.result().begin() + first, bench.result().end(),
                     changed.result().begin() + first));
  }
}

}  // namespace espalier::test
