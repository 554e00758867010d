#include <algorithm>

#include "autograd/ops/check.hpp"
#include "core/arena.hpp"
#include "espalier/ops.hpp"
#include "tensor/elementwise.hpp"
#include "tensor/sums.hpp"

namespace espalier {

namespace {

constexpr std::int32_t kMissing = -1;

class CrossEntropy final : public Op {
 public:
  explicit CrossEntropy(double smoothing) : smoothing_(smoothing) {}

  std::string_view name() const override { return "cross_entropy"; }
  RowRule row_rule() const override { return RowRule::reduce; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    const Shape &x = in[0].shape, &labels = in[1].shape;
    check::that(x.rank() == 2, name(), "logits (N, C)", x);
    if (in[1].dtype != Dtype::integer) check::fail(name(), "integer labels", "real numbers");
    check::that(labels == Shape{x[0]} || labels == Shape{x[0], 1}, name(),
                text::cat("labels (", x[0], ") or (", x[0], ", 1) for logits ", to_string(x)),
                labels);
    return {Shape{1}, Dtype::floating};
  }

  // y = mean over labelled rows of -(1 - s) log p_label - s / C sum log p, p = softmax(x)
  void forward(const OpContext& c) const override {
    const Index rows = c.inputs[0].shape[0], classes = c.inputs[0].shape[1];
    double sum = 0.0, labelled = 0.0;
    for (Index r = 0; r < rows; ++r) {
      const std::int32_t label = c.indices[1].data[r];
      if (label == kMissing) continue;
      check_label(label, classes, r);
      const real* x = c.inputs[0].data + r * classes;
      const auto total = elementwise::softmax(classes, x, probabilities(c) + r * classes);
      const double shift = static_cast<double>(total.maximum) + total.log_of_sum;
      const auto log_p = [&](Index i) {
        return (static_cast<double>(x[i]) - static_cast<double>(total.maximum)) - total.log_of_sum;
      };
      sum -= (1.0 - smoothing_) * log_p(label);
      if (smoothing_ > 0.0) {
        const double all = sum_of(classes, [&](Index i) { return static_cast<double>(x[i]); });
        sum -= smoothing_ * (all / static_cast<double>(classes) - shift);
      }
      labelled += 1.0;
    }
    this->labelled(c) = labelled;
    c.output.data[0] = static_cast<real>(sum / std::max(1.0, labelled));
  }

  // dx = dy / labelled (p - target)
  void backward(const BackwardContext& c) const override {
    const Index classes = c.inputs[0].shape[1];
    for (const Run& run : c.runs[0]) {
      const double factor = static_cast<double>(c.dy.data[run.dy_row]) / std::max(1.0, labelled(c));
      for (Index r = 0; r < run.rows; ++r) {
        const Index row = run.value_row + r;
        row_backward(classes, factor, c.indices[1].data[row], probabilities(c) + row * classes,
                     run.accumulate, c.dx[0].data + (run.dx_row + r) * classes);
      }
    }
  }

  Footprint footprint(const Geometry& g) const override {
    const auto numbers = static_cast<std::size_t>(g.inputs[0].shape.size());
    return {.saved = Arena::rounded(sizeof(double)) + numbers * sizeof(real), .workspace = 0};
  }
  bool reads_input(int k) const override { return k == 1; }
  double flops(const Geometry& g) const override {
    return 4.0 * static_cast<double>(g.inputs[0].shape.size());
  }

 private:
  static double& labelled(const OpContext& c) { return *reinterpret_cast<double*>(c.saved.data()); }
  static real* probabilities(const OpContext& c) {
    return reinterpret_cast<real*>(c.saved.data() + Arena::rounded(sizeof(double)));
  }

  static void check_label(std::int32_t label, Index classes, Index row) {
    if (label >= 0 && label < classes) return;
    throw RunFailure(text::cat("[cross_entropy] expected labels below ", classes, ", found ", label,
                               " in row ", row));
  }

  void row_backward(Index classes, double factor, std::int32_t label, const real* __restrict p,
                    bool accumulate, real* __restrict dx) const {
    if (label == kMissing) {
      if (!accumulate) std::fill_n(dx, classes, real{0});
      return;
    }
    const auto f = static_cast<real>(factor);
    const auto even = static_cast<real>(smoothing_ / static_cast<double>(classes));
    for (Index i = 0; i < classes; ++i) {
      const real d = f * (p[i] - even);
      dx[i] = accumulate ? dx[i] + d : d;
    }
    dx[label] -= static_cast<real>(factor * (1.0 - smoothing_));
  }

  double smoothing_;
};

}  // namespace

Var cross_entropy(Tape& tape, Var logits, Var labels, double smoothing) {
  if (!(smoothing >= 0.0 && smoothing < 1.0)) {
    check::fail("cross_entropy", "a smoothing from 0 to below 1", text::number(smoothing));
  }
  return tape.record(std::make_unique<CrossEntropy>(smoothing), {logits, labels});
}

}  // namespace espalier
