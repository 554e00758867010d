#include "autograd/ops/op_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tensor/matrix.hpp"

namespace espalier::test {

namespace {

class Leaf final : public Op {
 public:
  explicit Leaf(Parameter& parameter) : owned_{&parameter} {}
  std::string_view name() const override { return "leaf"; }
  std::span<Parameter* const> parameters() const override { return owned_; }
  ValueInfo infer(std::span<const ValueInfo> /*in*/) const override {
    return {owned_[0]->value.shape, Dtype::floating};
  }
  void forward(const OpContext& c) const override {
    std::ranges::copy(owned_[0]->value.span(), c.output.data);
  }
  void backward(const BackwardContext& /*c*/) const override {}
  void parameter_gradient(const GradientContext& c) const override {
    if (c.sinks[0].data == nullptr) return;
    const Shape& shape = owned_[0]->value.shape;
    for (Index i = 0; i < shape.size(); ++i) {
      real& place = c.sinks[0].data[i];
      place = c.sinks[0].beta == 0.0 ? 0 : static_cast<real>(c.sinks[0].beta) * place;
    }
    matrix::add_scaled(c.dy.size(), c.sinks[0].alpha, c.dy.data,
                       c.sinks[0].data + c.first_row * shape.row_size());
  }
  bool reads_input(int /*k*/) const override { return false; }

 private:
  std::array<Parameter*, 1> owned_;
};

Index total(const std::vector<Index>& rows) {
  return std::accumulate(rows.begin(), rows.end(), Index{0});
}

Shape stacked(Index rows, const Shape& row) {
  Shape shape{rows};
  for (const Index extent : row) shape.push_back(extent);
  return shape;
}

real between(RandomStream& random, double low, double high) {
  return static_cast<real>(low + (high - low) * random.uniform());
}

}  // namespace

OwnedParameter::OwnedParameter(std::string name, const Shape& shape)
    : numbers(static_cast<std::size_t>(shape.size())) {
  parameter.name = std::move(name);
  parameter.value = {numbers.data(), shape};
}

OwnedBuffer::OwnedBuffer(std::string name, const Shape& shape, real value)
    : numbers(static_cast<std::size_t>(shape.size()), value) {
  buffer.name = std::move(name);
  buffer.value = {numbers.data(), shape};
}

void draw(const InputSpec& spec, RandomStream& random, std::span<real> numbers) {
  for (real& number : numbers) number = between(random, spec.low, spec.high);
  if (spec.distinct) {
    std::vector<Index> order(numbers.size());
    std::iota(order.begin(), order.end(), Index{0});
    shuffle(order, random);
    const auto n = static_cast<double>(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] =
          static_cast<real>(spec.low + (spec.high - spec.low) * static_cast<double>(order[i]) / n);
    }
  }
  for (std::size_t i = 2; spec.constant && i < numbers.size(); i += 5) {
    numbers[i] = std::numeric_limits<real>::quiet_NaN();
  }
}

void draw(const InputSpec& spec, RandomStream& random, std::span<std::int32_t> numbers) {
  for (std::int32_t& number : numbers) {
    number = static_cast<std::int32_t>(random.below(spec.bound + 1)) - 1;
  }
}

void leave_kinks(const OpCase& c, std::vector<std::span<real>> inputs) {
  constexpr real kGuard = real(1e-3);
  for (std::size_t i = 0; !c.kinks.empty() && i < inputs[0].size(); ++i) {
    for (const double kink : c.kinks) {
      const real other = inputs.size() > 1 ? inputs[1][i] : real{0};
      const real distance = inputs[0][i] - other - static_cast<real>(kink);
      if (std::abs(distance) < kGuard) inputs[0][i] += distance < 0 ? -kGuard : kGuard;
    }
  }
}

Var leaf(Tape& tape, Var rows, Parameter& parameter) {
  return tape.record(std::make_unique<Leaf>(parameter), {rows});
}

OpModel::OpModel(const OpCase& c, const TaskRows& rows, const PlanOptions& options, bool twice)
    : rows_(rows) {
  Tape tape(/*training=*/true);
  RandomStream random(1, "case/" + c.name + "/" + rows.name);
  const Index all = total(rows.stream_rows);
  std::vector<StreamRows> streams;
  for (std::size_t s = 0; s < rows.stream_rows.size(); ++s) {
    streams.push_back({static_cast<int>(s), rows.stream_rows[s]});
  }
  std::vector<std::span<real>> reals;
  for (const InputSpec& spec : c.inputs) {
    const Var batch = tape.input("x", spec.row, spec.dtype, streams);
    const auto size = static_cast<std::size_t>(stacked(all, spec.row).size());
    Filling filling{batch, {}, {}};
    if (spec.dtype == Dtype::integer) {
      filling.integers.resize(size);
      draw(spec, random, std::span<std::int32_t>(filling.integers));
      inputs_.push_back(batch);
    } else if (spec.constant) {
      filling.numbers.resize(size);
      draw(spec, random, std::span<real>(filling.numbers));
      inputs_.push_back(batch);
    } else {
      parameters_.push_back(std::make_unique<OwnedParameter>("leaf", stacked(all, spec.row)));
      draw(spec, random, std::span<real>(parameters_.back()->numbers));
      reals.emplace_back(parameters_.back()->numbers);
      inputs_.push_back(leaf(tape, batch, parameters_.back()->parameter));
    }
    fillings_.push_back(std::move(filling));
    if (spec.constant) reals.emplace_back(fillings_.back().numbers);
  }
  leave_kinks(c, reals);
  for (const Shape& shape : c.parameters) {
    parameters_.push_back(std::make_unique<OwnedParameter>("own", shape));
    for (real& number : parameters_.back()->numbers) number = between(random, -0.8, 1.0);
    own_.push_back(&parameters_.back()->parameter);
  }
  for (std::size_t s = 0; s < streams.size() && !c.parameters.empty(); ++s) {
    const Shape channels{c.parameters[0][0]};
    buffers_.push_back(std::make_unique<OwnedBuffer>("mean", channels, real{0}));
    Buffer* const mean = &buffers_.back()->buffer;
    buffers_.push_back(std::make_unique<OwnedBuffer>("variance", channels, real{1}));
    statistics_.push_back({static_cast<int>(s), mean, &buffers_.back()->buffer});
  }
  record_losses(tape, c, twice);
  for (Filling& filling : fillings_) {
    if (filling.numbers.empty() && filling.integers.empty()) {  // a contraction, or a leaf's rows
      filling.numbers.resize(static_cast<std::size_t>(tape.shape(filling.input).size()));
      for (real& number : filling.numbers) number = between(random, -1.0, 1.0);
    }
  }
  plan_ = std::make_unique<Plan>(std::move(tape), options);
  fill();
}

Var OpModel::record_op(Tape& tape, const OpCase& c, const std::vector<Var>& inputs, bool twice) {
  const Var once = c.record({tape, inputs, own_, statistics_});
  if (!twice) return once;
  std::vector<Var> halves = inputs;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const bool varies = c.inputs[k].dtype == Dtype::floating && !c.inputs[k].constant;
    if (varies) halves[k] = scale(tape, inputs[k], 0.5);
  }
  const Var again = c.record({tape, halves, own_, statistics_});
  return add(tape, once, scale(tape, again, 1.5));
}

void OpModel::record_losses(Tape& tape, const OpCase& c, bool twice) {
  Var y;
  if (!c.loss) y = record_op(tape, c, inputs_, twice);
  for (int t = 0; t < rows_.tasks(); ++t) {
    const int stream = rows_.task_streams[static_cast<std::size_t>(t)];
    std::vector<Var> mine;
    for (const Var v : c.loss ? inputs_ : std::vector<Var>{y}) {
      mine.push_back(tape.select(v, stream, t));
    }
    tape.enter(t, "head");
    if (c.loss) {
      tape.loss(t, scale(tape, record_op(tape, c, mine, twice), 1.0 + 0.7 * t));
    } else {
      const Index rows = rows_.stream_rows[static_cast<std::size_t>(stream)];
      const Var contraction =
          tape.input("r", tape.shape(mine[0]).row(), Dtype::floating, {{stream, rows}});
      fillings_.push_back({contraction, {}, {}});
      const auto numbers = static_cast<double>(tape.shape(contraction).size());
      tape.loss(t, scale(tape, mean(tape, multiply(tape, mine[0], contraction)), numbers));
    }
    tape.enter(-1, "");
  }
}

void OpModel::fill() {
  for (const Filling& filling : fillings_) {
    if (filling.integers.empty()) {
      std::ranges::copy(filling.numbers, plan_->value(filling.input).data);
    } else {
      std::ranges::copy(filling.integers, plan_->indices(filling.input).begin());
    }
  }
}

std::size_t OpModel::numbers() const {
  std::size_t sum = 0;
  for (const auto& owned : parameters_) sum += owned->numbers.size();
  return sum;
}

std::vector<double> OpModel::losses() {
  fill();  // an input's memory may be given away once it was read
  plan_->forward(5);
  std::vector<double> losses;
  for (int t = 0; t < tasks(); ++t) losses.push_back(static_cast<double>(plan_->loss(t)));
  return losses;
}

std::vector<double> OpModel::gradient(std::span<const double> seeds,
                                      std::span<const double> weights) {
  fill();
  plan_->forward(5);
  const std::vector<double> border(static_cast<std::size_t>(tasks()), 1.0);
  plan_->backward(seeds, border);
  plan_->weigh(weights, weights);
  std::vector<double> gradient;
  for (const auto& owned : parameters_) {
    std::vector<real> sink(owned->numbers.size(), std::numeric_limits<real>::quiet_NaN());
    if (!plan_->gradient(owned->parameter, {.data = sink.data(), .alpha = 1.0, .beta = 0.0})) {
      std::ranges::fill(sink, real{0});
    }
    gradient.insert(gradient.end(), sink.begin(), sink.end());
  }
  return gradient;
}

}  // namespace espalier::test
