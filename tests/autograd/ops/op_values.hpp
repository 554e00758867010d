#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "autograd/ops/op_model.hpp"

namespace espalier::test {

/// Records an op on rows given as numbers, runs it forward and gives its output: for values worked
/// out by hand.
class Values {
 public:
  explicit Values(bool training = true) : tape_(training) {}

  Tape& tape() { return tape_; }
  Var input(Index rows, const Shape& row, std::vector<double> numbers, int stream = 0) {
    const Var v = tape_.input("x", row, Dtype::floating, {{stream, rows}});
    reals_.push_back({v, std::move(numbers)});
    return v;
  }
  Var integers(Index rows, const Shape& row, std::vector<std::int32_t> numbers) {
    const Var v = tape_.input("i", row, Dtype::integer, {{0, rows}});
    integers_.push_back({v, std::move(numbers)});
    return v;
  }
  Parameter& parameter(const Shape& shape, const std::vector<double>& numbers) {
    parameters_.push_back(std::make_unique<OwnedParameter>("p", shape));
    parameters_.back()->numbers.assign(numbers.begin(), numbers.end());
    parameters_.back()->parameter.value.data = parameters_.back()->numbers.data();
    return parameters_.back()->parameter;
  }

  std::vector<double> run(Var y, std::uint64_t step = 0) {
    tape_.keep(y);
    Plan plan(std::move(tape_));
    for (const Real& r : reals_) std::ranges::copy(r.numbers, plan.value(r.input).data);
    for (const Integers& i : integers_) {
      std::ranges::copy(i.numbers, plan.indices(i.input).begin());
    }
    plan.forward(step);
    const auto span = plan.value(y).span();
    return {span.begin(), span.end()};
  }

 private:
  struct Real {
    Var input;
    std::vector<double> numbers;
  };
  struct Integers {
    Var input;
    std::vector<std::int32_t> numbers;
  };
  Tape tape_;
  std::vector<Real> reals_;
  std::vector<Integers> integers_;
  std::vector<std::unique_ptr<OwnedParameter>> parameters_;
};

inline void check_near(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO("number " << i);
    CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-12));
  }
}

}  // namespace espalier::test
