#pragma once

#include <doctest/doctest.h>

#include <algorithm>

#include "testing/right_task.hpp"

namespace espalier::test {

/// A balancer with nothing wrong: w_t = T m_t / sum m_s with the running means m_t of the losses.
class RightBalancer : public Balancer {
 public:
  void fields(Fields& f) override { f.number({"keep", "of the mean"}, keep_, {.at_least = 0.0}); }
  Needs needs() const override { return {.losses = true}; }
  void begin(const BalanceSizes& sizes) override { means_.assign(sizes.tasks, 0.0); }
  void weigh(const BalanceStep& step, std::span<double> weights) override {
    double sum = 0.0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      double& mean = means_[place(step, i)];
      mean = mean > 0.0 ? keep_ * mean + (1.0 - keep_) * step.losses[i] : step.losses[i];
      sum += weights[i] = mean > 0.0 ? mean : 1e-300;
    }
    for (double& weight : weights) weight *= static_cast<double>(weights.size()) / sum;
    finish(step, weights);
  }
  std::vector<double> state() const override { return means_; }
  void restore(std::span<const double> state) override {
    means_.assign(state.begin(), state.end());
  }

 protected:
  virtual std::size_t place(const BalanceStep& step, std::size_t i) const { return step.task(i); }
  virtual void finish(const BalanceStep& /*step*/, std::span<double> /*weights*/) {}

 private:
  double keep_ = 0.5;
  std::vector<double> means_;
};

/// A source with nothing wrong: uniform points, and the side of a line that they are on.
class RightSource : public Source {
 public:
  void fields(Fields& f) override {
    f.number({"at", "where the line is"}, at_, {.at_least = 0.0, .at_most = 1.0});
    f.flag({"squared", "coordinates"}, squared_);
    f.integer({"seed", "of the points"}, seed_, {.at_least = 0});
  }
  Dataset read(DataRole role, const DataParts& parts) const override {
    const DataPart* const part = parts.of(role);
    if (part == nullptr) return {};
    RandomStream random = stream(static_cast<std::uint64_t>(seed_), role);
    Dataset data;
    data.rows = counted_rows(*part, "a number of points such as 20");
    ColumnData inputs{.name = "inputs", .sample = {2}};
    ColumnData side{.name = "label", .sample = {1}, .dtype = Dtype::integer, .classes = 2};
    for (Index row = 0; row < data.rows; ++row) {
      const double x = random.uniform(), y = random.uniform();
      inputs.reals.push_back(static_cast<real>(squared_ ? x * x : x));
      inputs.reals.push_back(static_cast<real>(y));
      side.integers.push_back(x < at_ ? 0 : 1);
    }
    data.columns = {std::move(inputs), std::move(side)};
    finish(data, role);
    return data;
  }

 protected:
  virtual RandomStream stream(std::uint64_t seed, DataRole role) const {
    return {seed, role == DataRole::train ? "right/train" : "right/test"};
  }
  virtual void finish(Dataset& /*data*/, DataRole /*role*/) const {}

 private:
  double at_ = 0.5;
  bool squared_ = false;
  Index seed_ = 1;
};

/// The one check that failed, and how its sentence begins.
inline void caught(const testing::Report& report, const std::string& check,
                   std::string_view beginning) {
  CHECK(failures(report) == std::vector<std::string>{check});
  const std::string sentence = result_of(report, check).sentence;
  CAPTURE(sentence);
  CHECK(sentence.starts_with(beginning));
}

}  // namespace espalier::test
