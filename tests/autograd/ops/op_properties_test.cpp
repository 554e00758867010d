#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/ops/op_model.hpp"
#include "tensor/blas.hpp"

namespace espalier::test {

namespace {

using Rows = std::vector<std::vector<double>>;  // [task][number]

const std::vector<TaskRows>& geometries() {
  static const std::vector<TaskRows> all = {
      {"one task", {7}, {0}},
      {"own inputs", {3, 4}, {0, 1}},
      {"common inputs", {5}, {0, 0, 0}},
      {"mixed", {3, 4}, {0, 1, 1}},
  };
  return all;
}

double largest(const std::vector<double>& numbers) {
  double most = 0.0;
  for (const double number : numbers) most = std::max(most, std::abs(number));
  return most;
}

/// Largest difference against the largest number; infinite when a NaN is among them.
double relative_error(const std::vector<double>& found, const std::vector<double>& expected) {
  double most = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::abs(found[i] - expected[i]);
    if (!(difference <= 1e300)) return std::numeric_limits<double>::infinity();
    most = std::max(most, difference);
  }
  return most / std::max(1e-6, largest(expected));
}

std::vector<double> one_hot(int tasks, int t) {
  std::vector<double> weights(static_cast<std::size_t>(tasks), 0.0);
  weights[static_cast<std::size_t>(t)] = 1.0;
  return weights;
}

std::vector<double> ones(int tasks) {
  return std::vector<double>(static_cast<std::size_t>(tasks), 1.0);
}

// Entries of J by central differences: one perturbation serves all tasks. Of a large model every
// n-th number is taken.
struct Differences {
  std::vector<std::size_t> places;
  Rows rows;

  std::vector<double> taken(const std::vector<double>& gradient) const {
    std::vector<double> numbers;
    for (const std::size_t place : places) numbers.push_back(gradient[place]);
    return numbers;
  }
};

Differences by_differences(OpModel& model) {
  constexpr double kStep = 1e-5;
  constexpr std::size_t kMost = 500;
  const std::size_t every = 1 + model.numbers() / kMost;
  Differences found{{}, Rows(static_cast<std::size_t>(model.tasks()))};
  std::size_t place = 0;
  for (const auto& owned : model.parameters()) {
    for (real& number : owned->numbers) {
      if (place++ % every != 0) continue;
      found.places.push_back(place - 1);
      const real before = number;
      number = before + static_cast<real>(kStep);
      const std::vector<double> above = model.losses();
      number = before - static_cast<real>(kStep);
      const std::vector<double> below = model.losses();
      number = before;
      for (std::size_t t = 0; t < found.rows.size(); ++t) {
        found.rows[t].push_back((above[t] - below[t]) / (2.0 * kStep));
      }
    }
  }
  return found;
}

// One backward pass per task, through one lane.
Rows by_single_passes(OpModel& model) {
  Rows rows;
  for (int t = 0; t < model.tasks(); ++t) {
    rows.push_back(model.gradient(one_hot(model.tasks(), t), ones(model.tasks())));
  }
  return rows;
}

Rows by_lanes(OpModel& model) {
  Rows rows;
  for (int t = 0; t < model.tasks(); ++t) {
    rows.push_back(model.gradient(ones(model.tasks()), one_hot(model.tasks(), t)));
  }
  return rows;
}

std::vector<double> weighted_sum(const Rows& rows, const std::vector<double>& weights) {
  std::vector<double> sum(rows[0].size(), 0.0);
  for (std::size_t t = 0; t < rows.size(); ++t) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weights[t] * rows[t][i];
  }
  return sum;
}

std::vector<double> products(const Rows& rows) {
  std::vector<double> gram;
  for (const auto& a : rows) {
    for (const auto& b : rows) {
      double sum = 0.0;
      for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
      gram.push_back(sum);
    }
  }
  return gram;
}

std::vector<double> planned_gram(OpModel& model) {
  const auto tasks = static_cast<std::size_t>(model.tasks());
  model.losses();
  const std::vector<double> seeds(tasks, 1.0);
  model.plan().backward(seeds, seeds);
  std::vector<double> matrix(tasks * tasks);
  model.plan().gram(matrix);
  return matrix;
}

template <class F>
void for_all(bool twice, F check) {
  for (const OpCase& c : op_cases()) {
    for (const TaskRows& rows : geometries()) {
      INFO(c.name << ", " << rows.name << (twice ? ", recorded twice" : ""));
      check(c, rows);
    }
  }
}

const PlanOptions kOneLane{.lanes = LaneMode::one};
const PlanOptions kLanes{.lanes = LaneMode::per_task, .gram = true};
const PlanOptions kSpread{.lanes = LaneMode::per_task, .gram = true, .spread = true};

}  // namespace

TEST_CASE("derivatives equal central differences, in one lane and in all") {
  for (const bool twice : {false, true}) {
    for_all(twice, [&](const OpCase& c, const TaskRows& rows) {
      OpModel one(c, rows, kOneLane, twice), lanes(c, rows, kLanes, twice);
      const Differences expected = by_differences(one);
      const Rows single = by_single_passes(one), laned = by_lanes(lanes);
      for (std::size_t t = 0; t < single.size(); ++t) {
        CHECK(relative_error(expected.taken(single[t]), expected.rows[t]) <= 1e-6);
        CHECK(relative_error(laned[t], single[t]) <= 1e-12);
      }
    });
  }
}

TEST_CASE("weighing the lanes gives the weighted sum of the tasks' gradients") {
  for (const bool twice : {false, true}) {
    for_all(twice, [&](const OpCase& c, const TaskRows& rows) {
      OpModel one(c, rows, kOneLane, twice), lanes(c, rows, kLanes, twice);
      std::vector<double> weights = {0.3, -1.25, 0.8};
      weights.resize(static_cast<std::size_t>(rows.tasks()));
      const std::vector<double> expected = weighted_sum(by_single_passes(one), weights);
      CHECK(relative_error(lanes.gradient(ones(rows.tasks()), weights), expected) <= 1e-12);
      CHECK(relative_error(one.gradient(weights, ones(rows.tasks())), expected) <= 1e-12);
    });
  }
}

TEST_CASE("the Gram matrix equals J J'") {
  for (const bool twice : {false, true}) {
    for_all(twice, [&](const OpCase& c, const TaskRows& rows) {
      OpModel one(c, rows, kOneLane, twice), lanes(c, rows, kLanes, twice);
      const std::vector<double> expected = products(by_single_passes(one));
      CHECK(relative_error(planned_gram(lanes), expected) <= 1e-9);
    });
  }
}

TEST_CASE("memory that is shared changes no bit") {
  for_all(true, [](const OpCase& c, const TaskRows& rows) {
    OpModel packed(c, rows, kLanes, true), spread(c, rows, kSpread, true);
    CHECK(packed.plan().arena_bytes() <= spread.plan().arena_bytes());
    CHECK(packed.losses() == spread.losses());
    CHECK(by_lanes(packed) == by_lanes(spread));
    CHECK(planned_gram(packed) == planned_gram(spread));
  });
}

TEST_CASE("a second step repeats the first") {
  for_all(false, [](const OpCase& c, const TaskRows& rows) {
    OpModel model(c, rows, kLanes);
    const Rows first = by_lanes(model);
    CHECK(by_lanes(model) == first);
  });
}

}  // namespace espalier::test
