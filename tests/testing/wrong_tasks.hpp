#pragma once

#include "espalier/error.hpp"
#include "testing/right_task.hpp"
#include "testing/squared_error.hpp"

/// Tasks that are wrong in one way each.
namespace espalier::test {

/// Regression by SquaredError.
template <SquaredError::Over over, int backward_percent = 100>
class Squared : public Task {
 public:
  void accept(const TargetColumn& column) override {
    if (column.dtype != Dtype::floating) throw DataError("expected real numbers");
  }
  Var head(const Net& net, Var features) const override {
    return linear(net, "output", features, {.units = 1});
  }
  Var loss(const Net& net, Var prediction, Var target) const override {
    return net.tape().record(std::make_unique<SquaredError>(over, backward_percent / 100.0),
                             {prediction, target});
  }
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> made;
    made.push_back(make_rmse());
    return made;
  }
};
using RightSquared = Squared<SquaredError::Over::labelled>;
using WrongGradient = Squared<SquaredError::Over::labelled, 150>;
using MeanOverAllRows = Squared<SquaredError::Over::all_rows>;
using MeanOverNothing = Squared<SquaredError::Over::unguarded>;

class ShapeOfBatch : public RightTask {
 public:
  Var head(const Net& net, Var features) const override {
    const Index rows = net.tape().shape(features)[0];
    if (rows != 2) return RightTask::head(net, features);
    return linear(net, "two", features, {.units = classes_ + 1});
  }
};

class ThrowsInLoss : public RightTask {
 public:
  Var loss(const Net&, Var, Var) const override { throw std::runtime_error("no loss today"); }
};

class ScaledByRows : public RightTask {
 public:
  Var head(const Net& net, Var features) const override {
    const double rows = static_cast<double>(net.tape().shape(features)[0]);
    return scale(net, RightTask::head(net, features), 1.0 / rows);
  }
};

class SquareOfMean : public RightTask {
 public:
  Var loss(const Net& net, Var prediction, Var target) const override {
    const Var mean = RightTask::loss(net, prediction, target);
    return multiply(net, mean, mean);
  }
};

class BlindHead : public RightTask {
 public:
  Var head(const Net& net, Var features) const override {
    return RightTask::head(net, scale(net, features, 0.0));
  }
};

class WrongSign : public RightTask {
 public:
  Var loss(const Net& net, Var prediction, Var target) const override {
    return scale(net, RightTask::loss(net, prediction, target), -1.0);
  }
};

class CountsItself : public RightTask {
 public:
  CountsItself() : number_(++made()) {}
  Var head(const Net& net, Var features) const override {
    const Var x = RightTask::head(net, features);
    return scale(net, x, 1.0 + 0.01 * number_);
  }

 private:
  static int& made() {
    static int count = 0;
    return count;
  }
  int number_;
};

/// Accuracy, wrong in the ways of its parameters.
template <bool counts_missing, bool of_batches, bool beside_sums>
class OddAccuracy : public Metric {
 public:
  OddAccuracy() : Metric(2) {}
  std::string_view name() const override { return "odd"; }
  bool higher_is_better() const override { return true; }
  void add(const ConstTensor& prediction, const Target& target) override {
    double right = 0.0, count = 0.0;
    for (Index row = 0; row < prediction.shape[0]; ++row) {
      const std::int32_t label = target.classes.data[row];
      const real* const x = prediction.rows(row, 1).data;
      if (label < 0 && !counts_missing) continue;
      count += 1.0;
      if (label >= 0) right += std::max_element(x, x + prediction.shape[1]) - x == label ? 1 : 0;
    }
    if (count == 0.0) return;
    (beside_sums ? right_ : sums()[0]) += of_batches ? right / count : right;
    sums()[1] += of_batches ? 1.0 : count;
  }
  double value() const override { return (beside_sums ? right_ : sums()[0]) / sums()[1]; }

 private:
  double right_ = 0.0;
};

template <bool counts_missing, bool of_batches, bool beside_sums>
class Odd : public RightTask {
 public:
  std::vector<std::unique_ptr<Metric>> metrics() const override {
    std::vector<std::unique_ptr<Metric>> made;
    made.push_back(std::make_unique<OddAccuracy<counts_missing, of_batches, beside_sums>>());
    return made;
  }
};
using RightMetric = Odd<false, false, false>;
using CountsMissing = Odd<true, false, false>;
using MeanOfBatches = Odd<false, true, false>;
using StateBesideSums = Odd<false, false, true>;

}  // namespace espalier::test
