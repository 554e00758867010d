// An op of one's own with a trained parameter: relu that learns its slope below zero, one for each
// channel. Explained in docs/cookbook.md.
#include <array>

#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

/// x (N, ..., C), slopes (C); y like x.
class Prelu final : public Op {
 public:
  explicit Prelu(Parameter& slopes) : owned_{&slopes} {}

  std::string_view name() const override { return "prelu"; }
  std::span<Parameter* const> parameters() const override { return owned_; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    if (in[0].dtype == Dtype::floating && in[0].shape[-1] == channels()) return in[0];
    throw ShapeError("[prelu] expected reals (N, ..., " + std::to_string(channels()) + "), found " +
                     to_string(in[0].shape));
  }

  // y = x where x > 0, a x elsewhere
  void forward(const OpContext& c) const override {
    for (Index i = 0; i < c.output.size(); ++i) {
      const real x = c.inputs[0].data[i];
      c.output.data[i] = x > 0 ? x : slope(i) * x;
    }
  }

  // dx = dy where x > 0, a dy elsewhere
  void backward(const BackwardContext& c) const override {
    const Index row = c.dy.shape.row_size();
    for (const Run& run : c.runs[0]) {
      const real* x = c.inputs[0].data + run.value_row * row;
      const real* dy = c.dy.data + run.dy_row * row;
      real* dx = c.dx[0].data + run.dx_row * row;
      for (Index i = 0; i < run.rows * row; ++i) {
        const real g = x[i] > 0 ? dy[i] : slope(i) * dy[i];
        dx[i] = run.accumulate ? dx[i] + g : g;
      }
    }
  }

  // da = sum of x dy over a channel's numbers with x <= 0
  void parameter_gradient(const GradientContext& c) const override {
    const Sink& sink = c.sinks[0];
    if (sink.data == nullptr) return;  // nobody asks for it
    for (Index channel = 0; channel < channels(); ++channel) {
      double sum = 0.0;
      for (Index i = channel; i < c.dy.size(); i += channels()) {
        const auto x = static_cast<double>(c.inputs[0].data[i]);
        if (x <= 0.0) sum += x * static_cast<double>(c.dy.data[i]);
      }
      real& place = sink.data[channel];
      const double before = sink.beta == 0.0 ? 0.0 : sink.beta * static_cast<double>(place);
      place = static_cast<real>(before + sink.alpha * sum);
    }
  }

 private:
  Index channels() const { return owned_[0]->value.size(); }
  real slope(Index i) const { return owned_[0]->value.data[i % channels()]; }

  std::array<Parameter*, 1> owned_;
};

Var prelu(const Net& net, std::string_view name, Var x) {
  const Shape slopes = {net.tape().shape(x)[-1]};
  Parameter& made =
      net.scope(name).parameter("slopes", slopes, {Initializer::Kind::constant, 0.25});
  return net.tape().record(std::make_unique<Prelu>(made), {x});
}

class PreluTask final : public Task {
 public:
  void accept(const TargetColumn& column) override {
    if (column.dtype != Dtype::integer) {
      throw DataError("expected integer labels in column '" + column.name + "', found reals");
    }
    classes_ = column.classes;
  }
  Var head(const Net& net, Var features) const override {
    const Var x = linear(net, "hidden", flatten(net, features), {.units = 32});
    return linear(net, "output", prelu(net, "prelu", x), {.units = classes_});
  }
  Var loss(const Net& net, Var prediction, Var target) const override {
    return cross_entropy(net, prediction, target);
  }
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> all;
    all.push_back(make_accuracy());
    return all;
  }

 private:
  Index classes_ = 0;
};

}  // namespace

ESPALIER_PLUGIN(PreluTask, "prelu", "classification behind a relu with learned slopes");
