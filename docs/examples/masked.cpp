// Labels that are to be left out: missing ones, and those of classes that the experiment names.
// Explained in docs/cookbook.md.
#include <algorithm>

#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

/// Whether a row with this label counts: -1 is a label that is missing.
bool counts(std::int32_t label, const std::vector<Index>& ignored) {
  return label >= 0 && std::ranges::find(ignored, Index{label}) == ignored.end();
}

/// Mean of -log p[label] over the rows that count. log p (N, C), labels (N) or (N, 1).
class MaskedLogLoss final : public Op {
 public:
  explicit MaskedLogLoss(std::vector<Index> ignored) : ignored_(std::move(ignored)) {}

  std::string_view name() const override { return "masked_log_loss"; }
  RowRule row_rule() const override { return RowRule::reduce; }
  ValueInfo infer(std::span<const ValueInfo> in) const override {
    if (in[0].shape.rank() == 2 && in[1].dtype == Dtype::integer) return {Shape{1}};
    throw ShapeError("[masked_log_loss] expected log p (N, C) and integer labels, found " +
                     to_string(in[0].shape) + " and " + to_string(in[1].shape));
  }

  // L = 1/n sum over n rows that count of -log p[label]; 0 where none does
  void forward(const OpContext& c) const override {
    const Index classes = c.inputs[0].shape[1];
    double sum = 0.0;
    for (Index row = 0; row < c.indices[1].size(); ++row) {
      const std::int32_t label = c.indices[1].data[row];
      if (!counts(label, ignored_)) continue;
      sum -= static_cast<double>(c.inputs[0].data[row * classes + label]);
    }
    c.output.data[0] = static_cast<real>(sum / rows_that_count(c));
  }

  // dlog p[label] = -dL / n in rows that count, 0 everywhere else
  void backward(const BackwardContext& c) const override {
    const Index classes = c.inputs[0].shape[1];
    for (const Run& run : c.runs[0]) {
      const double g = -static_cast<double>(c.dy.data[run.dy_row]) / rows_that_count(c);
      for (Index i = 0; i < run.rows; ++i) {
        real* dx = c.dx[0].data + (run.dx_row + i) * classes;
        if (!run.accumulate) std::fill_n(dx, classes, real{0});
        const std::int32_t label = c.indices[1].data[run.value_row + i];
        if (counts(label, ignored_)) dx[label] += static_cast<real>(g);
      }
    }
  }

 private:
  double rows_that_count(const OpContext& c) const {
    const auto count = std::ranges::count_if(
        c.indices[1].span(), [this](std::int32_t label) { return counts(label, ignored_); });
    return static_cast<double>(std::max<std::ptrdiff_t>(count, 1));
  }

  std::vector<Index> ignored_;
};

/// Share of the rows that count whose largest logit is the label.
class MaskedAccuracy final : public Metric {
 public:
  explicit MaskedAccuracy(std::vector<Index> ignored) : Metric(2), ignored_(std::move(ignored)) {}
  std::string_view name() const override { return "accuracy"; }
  bool higher_is_better() const override { return true; }
  void add(const ConstTensor& prediction, const Target& target) override {
    for (Index row = 0; row < prediction.shape[0]; ++row) {
      const std::int32_t label = target.classes.data[row];
      if (!counts(label, ignored_)) continue;
      const auto logits = prediction.rows(row, 1).span();
      sums()[0] += std::ranges::max_element(logits) - logits.begin() == label ? 1.0 : 0.0;
      sums()[1] += 1.0;
    }
  }
  double value() const override { return sums()[0] / sums()[1]; }

 private:
  std::vector<Index> ignored_;
};

class MaskedTask final : public Task {
 public:
  void fields(Fields& f) override {
    f.integers({"ignore", "classes whose rows neither teach nor count"}, ignored_, {.at_least = 0});
  }
  void accept(const TargetColumn& column) override {
    if (column.dtype != Dtype::integer) {
      throw DataError("expected integer labels in column '" + column.name + "', found reals");
    }
    classes_ = column.classes;
  }
  Var head(const Net& net, Var features) const override {
    return linear(net, "output", flatten(net, features), {.units = classes_});
  }
  Var loss(const Net& net, Var prediction, Var target) const override {
    return net.tape().record(std::make_unique<MaskedLogLoss>(ignored_),
                             {log_softmax(net, prediction), target});
  }
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> all;
    all.push_back(std::make_unique<MaskedAccuracy>(ignored_));
    return all;
  }

 private:
  std::vector<Index> ignored_;
  Index classes_ = 0;
};

}  // namespace

ESPALIER_PLUGIN(MaskedTask, "masked", "classification that leaves out the rows of some classes");
