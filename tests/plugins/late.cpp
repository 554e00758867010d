// One plugin, built several times under one name: right, or wrong in the one way that LATE_FAILURE
// says: most only in the run's 14th step, so that a run has checkpoints to go on from.
#include <cstdlib>
#include <limits>
#include <stdexcept>

#include "espalier/plugin.hpp"

namespace {

using namespace espalier;

enum class Failure {
  none,
  nan,
  throws,
  throws_number,
  crashes,
  crashes_backward,
  overflows_stack,
  aborts,
  hangs,
  throws_in_measure,
  throws_in_destructor,
  throws_in_evaluation,
  throws_when_planned
};
constexpr Failure kFailure = Failure::LATE_FAILURE;
constexpr int kStep = 14;  // counted from 1

/// Its text is in this library, like its class.
class Tired final : public std::exception {
 public:
  const char* what() const noexcept override { return "not in this state"; }
};

// Deeper and deeper; the result keeps the compiler from making a loop of it.
int deep(volatile const int* above) {  // NOLINT(misc-no-recursion)
  volatile int here = *above + 1;
  return here > 0 ? deep(&here) + here : 0;
}

void crash() {
  volatile int* volatile nowhere = nullptr;
  *nowhere = 1;
}

void fail_forward() {
  if (kFailure == Failure::throws) throw std::runtime_error("this op is tired");
  if (kFailure == Failure::throws_number) throw 7;
  if (kFailure == Failure::crashes) crash();
  if (kFailure == Failure::aborts) std::abort();
  if (kFailure == Failure::overflows_stack) {
    volatile int zero = 0;
    deep(&zero);
  }
  volatile bool forever = kFailure == Failure::hangs;
  while (forever) {
  }
}

/// Passes what it gets.
class LateOp final : public Op {
 public:
  std::string_view name() const override { return "late"; }
  ValueInfo infer(std::span<const ValueInfo> in) const override { return in[0]; }
  Footprint footprint(const Geometry& /*geometry*/) const override {
    if (kFailure == Failure::throws_when_planned) throw Tired();
    return {};
  }

  void forward(const OpContext& c) const override {
    if (kFailure == Failure::throws_in_evaluation && !c.training) throw Tired();
    for (Index i = 0; i < c.output.size(); ++i) c.output.data[i] = c.inputs[0].data[i];
    if (!c.training || c.step + 1 != kStep) return;
    fail_forward();
    if (kFailure == Failure::nan) c.output.data[0] = std::numeric_limits<real>::quiet_NaN();
  }

  void backward(const BackwardContext& c) const override {
    const Index row = c.output.shape.row_size();
    if (kFailure == Failure::crashes_backward && c.step + 1 == kStep) crash();
    for (const Run& run : c.runs[0]) {
      for (Index i = 0; i < run.rows * row; ++i) {
        const real dy = c.dy.data[run.dy_row * row + i];
        real& dx = c.dx[0].data[run.dx_row * row + i];
        dx = run.accumulate ? dx + dy : dy;
      }
    }
  }
};

/// Counts batches.
class Batches final : public Metric {
 public:
  Batches() : Metric(1) {}
  std::string_view name() const override { return "batches"; }
  bool higher_is_better() const override { return true; }
  void add(const ConstTensor& /*prediction*/, const Target& /*target*/) override {
    sums()[0] += 1.0;
    if (kFailure == Failure::throws_in_measure && ++seen_ == kStep) {
      throw std::runtime_error("lost count");
    }
  }
  double value() const override { return sums()[0]; }

 private:
  int seen_ = 0;
};

class Late final : public Task {
 public:
  ~Late() override {
    if (kFailure == Failure::throws_in_destructor) throw std::runtime_error("cannot let go");
  }
  void accept(const TargetColumn& column) override { classes_ = column.classes; }
  Var head(const Net& net, Var features) const override {
    const Var x = net.tape().record(std::make_unique<LateOp>(), {features});
    return linear(net, "output", x, {.units = classes_});
  }
  Var loss(const Net& net, Var prediction, Var target) const override {
    return cross_entropy(net, prediction, target);
  }
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> all;
    all.push_back(std::make_unique<Batches>());
    return all;
  }

 private:
  Index classes_ = 0;
};

}  // namespace

ESPALIER_PLUGIN(Late, "late", "right, or wrong from the 14th step on");
