// The task my_name: classification by a loss and a measure of its own.
#include <algorithm>

#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

/// How far the label's score (c numbers, one a class) lies above the best of the others.
struct Margin {
  Margin(const real* score, Index classes, Index label) {
    for (Index c = 0; c < classes; ++c) {
      if (c != label && (rival < 0 || score[c] > score[rival])) rival = c;
    }
    value = static_cast<double>(score[label] - score[rival]);
  }
  Index rival = -1;
  double value = 0.0;
};

/// Mean over labelled rows of max(0, 1 - margin) (Crammer & Singer 2001). An op writes what its
/// output is (forward) and what its output's derivative dy makes of its input's (backward).
class HingeLoss final : public Op {
 public:
  std::string_view name() const override { return "hinge_loss"; }
  RowRule row_rule() const override { return RowRule::reduce; }
  ValueInfo infer(std::span<const ValueInfo> in) const override {
    if (in[0].shape.rank() != 2 || in[0].shape[1] < 2 || in[1].dtype != Dtype::integer) {
      throw ShapeError("[hinge_loss] expected scores (rows, classes) and labels, found scores " +
                       to_string(in[0].shape));
    }
    return {Shape{1}, Dtype::floating};
  }

  void forward(const OpContext& c) const override {
    const Tensor& scores = c.inputs[0];
    double sum = 0.0;
    for (Index row = 0; row < scores.shape[0]; ++row) {
      const Index label = c.indices[1].data[row];
      if (label < 0) continue;  // missing
      sum += std::max(0.0, 1.0 - margin(scores, row, label).value);
    }
    c.output.data[0] = static_cast<real>(sum / count(c.indices[1]));
  }

  // Where 1 > margin: dy / n for the rival, -dy / n for the label; 0 elsewhere.
  void backward(const BackwardContext& c) const override {
    const Tensor& scores = c.inputs[0];
    const Index classes = scores.shape[1];
    for (const Run& run : c.runs[0]) {
      const double dy = static_cast<double>(c.dy.data[run.dy_row]) / count(c.indices[1]);
      for (Index i = 0; i < run.rows; ++i) {
        real* const dx = c.dx[0].data + (run.dx_row + i) * classes;
        if (!run.accumulate) std::fill_n(dx, classes, real{0});
        const Index row = run.value_row + i, label = c.indices[1].data[row];
        if (label < 0) continue;
        const Margin found = margin(scores, row, label);
        if (found.value >= 1.0) continue;
        dx[label] -= static_cast<real>(dy);
        dx[found.rival] += static_cast<real>(dy);
      }
    }
  }

 private:
  static Margin margin(const Tensor& scores, Index row, Index label) {
    return {scores.data + row * scores.shape[1], scores.shape[1], label};
  }
  static double count(const IndexTensor& labels) {
    const auto labelled = std::ranges::count_if(labels.span(), [](auto l) { return l >= 0; });
    return std::max(1.0, static_cast<double>(labelled));  // no labels: loss 0
  }
};

/// Mean margin over labelled rows. A metric keeps everything it knows in sums().
class MeanMargin final : public Metric {
 public:
  MeanMargin() : Metric(2) {}  // sum of margins, labelled rows
  std::string_view name() const override { return "margin"; }
  bool higher_is_better() const override { return true; }
  void add(const ConstTensor& prediction, const Target& target) override {
    const Index classes = prediction.shape[1];
    for (Index row = 0; row < prediction.shape[0]; ++row) {
      const Index label = target.classes.data[row];
      if (label < 0) continue;
      sums()[0] += Margin(prediction.data + row * classes, classes, label).value;
      sums()[1] += 1.0;
    }
  }
  double value() const override { return sums()[0] / sums()[1]; }
};

class MyNameTask final : public espalier::Task {
 public:
  // The column to learn. Refuse, in one sentence, what cannot be learned; keep what the head needs.
  void accept(const TargetColumn& column) override {
    if (column.dtype != Dtype::integer || column.classes < 2) {
      throw DataError(
          "expected integer labels of 2 classes or more, found others in "
          "column '" +
          column.name + "' of data '" + column.data + "'");
    }
    classes_ = column.classes;
  }

  // From the trunk's features (rows, ...) to predictions (rows, classes).
  Var head(const Net& net, Var features) const override {
    return linear(net, "output", flatten(net, features), {.units = classes_});
  }

  // One number: a mean over the rows that have a label.
  Var loss(const Net& net, Var prediction, Var target) const override {
    return net.tape().record(std::make_unique<HingeLoss>(), {prediction, target});
  }

  // What a report says of the task.
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> all;
    all.push_back(make_accuracy());
    all.push_back(std::make_unique<MeanMargin>());
    return all;
  }

 private:
  Index classes_ = 0;
};

}  // namespace

ESPALIER_PLUGIN(MyNameTask, "my_name", "classification by a hinge loss");
