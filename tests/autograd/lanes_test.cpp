#include <doctest/doctest.h>

#include "autograd/task_model.hpp"
#include "core/threads.hpp"
#include "espalier/error.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

constexpr double kTolerance = 1e-5;  // float, a few dozen additions

// Gradient of one task's loss, from a plan in which no other task has one.
struct Alone {
  std::vector<double> shared, own;
  real loss = 0;
};

Alone train_alone(ParameterStore& store, const Streams& streams, int task, std::uint64_t step) {
  Model model = make_model(store, streams, {.only = {task}}, {});
  model.sweep(step);
  model.plan.weigh(ones(1), ones(1));
  return {gradients(model.plan, Domain::shared), gradients(model.plan, Domain::task),
          model.plan.loss(task)};
}

std::vector<double> combine(const std::vector<std::vector<double>>& rows,
                            const std::vector<double>& weights) {
  std::vector<double> sum(rows[0].size(), 0.0);
  for (std::size_t t = 0; t < rows.size(); ++t) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weights[t] * rows[t][i];
  }
  return sum;
}

std::vector<double> uneven(int tasks) {
  std::vector<double> weights;
  for (int t = 0; t < tasks; ++t) weights.push_back(0.25 + 0.5 * t - (t == 1 ? 2.0 : 0.0));
  return weights;
}

}  // namespace

TEST_CASE("each lane carries the gradient of its task alone") {
  for (const Streams& streams : all_streams(6)) {
    CAPTURE(streams.name);
    ParameterStore store(1);
    Model model = make_model(store, streams, {}, {.lanes = LaneMode::per_task});
    const auto rows = jacobian(model, 3);
    for (int t = 0; t < model.tasks(); ++t) {
      CAPTURE(t);
      const Alone alone = train_alone(store, streams, t, 3);
      CHECK(model.plan.loss(t) == alone.loss);
      CHECK(relative_error(rows[static_cast<std::size_t>(t)], alone.shared) < kTolerance);
    }
  }
}

TEST_CASE("a head receives its own task's gradient, plain or weighted") {
  for (const Streams& streams : all_streams(5)) {
    CAPTURE(streams.name);
    ParameterStore store(1);
    Model model = make_model(store, streams, {}, {.lanes = LaneMode::per_task});
    std::vector<std::vector<double>> own;
    for (int t = 0; t < model.tasks(); ++t) own.push_back(train_alone(store, streams, t, 1).own);
    const std::vector<double> weights = uneven(model.tasks());
    model.sweep(1);
    model.plan.weigh(weights, ones(model.tasks()));
    CHECK(relative_error(gradients(model.plan, Domain::task), combine(own, ones(model.tasks()))) <
          kTolerance);
    model.sweep(1);
    model.plan.weigh(weights, weights);
    CHECK(relative_error(gradients(model.plan, Domain::task), combine(own, weights)) < kTolerance);
  }
}

TEST_CASE("folding the lanes gives the weighted sum of the rows of J") {
  for (const Streams& streams : all_streams(6)) {
    CAPTURE(streams.name);
    ParameterStore store(2);
    Model model = make_model(store, streams, {}, {.lanes = LaneMode::per_task});
    const auto rows = jacobian(model, 4);
    for (const std::vector<double>& weights :
         {ones(model.tasks()), uneven(model.tasks()), std::vector<double>(rows.size(), -0.75),
          std::vector<double>(rows.size(), 0.0)}) {
      model.sweep(4);
      model.plan.weigh(weights, ones(model.tasks()));
      CHECK(relative_error(gradients(model.plan, Domain::shared), combine(rows, weights)) <
            kTolerance);
    }
  }
}

TEST_CASE("one lane with seeds and borders equals a lane per task with weights") {
  // The second head passes through a layer that all heads share: part of the trunk's direction,
  // although it lies behind the border.
  const Recorder through_shared = [](Tape& tape, ParameterStore& store, Var x) {
    x = relu(tape, dense(tape, store, x, "trunk/of heads", 4));
    return dense(tape, store, x, tape.nodes().back().scope, 3, Domain::task);
  };
  const auto check = [](const Recorder& head, bool fused) {
    CAPTURE(fused);
    for (const Streams& streams : all_streams(6)) {
      CAPTURE(streams.name);
      ParameterStore store(3);
      Model lanes = make_model(store, streams, {.head = head}, {.lanes = LaneMode::per_task});
      Model one =
          make_model(store, streams, {.head = head}, {.lanes = LaneMode::one, .fused = fused});
      const int tasks = lanes.tasks();
      const std::vector<double> weights = uneven(tasks);
      struct Way {
        std::vector<double> heads, seeds, border;
      };
      // Heads plain: the losses as they are, weighted at the border. Heads weighted: at the losses.
      const Way plain{ones(tasks), ones(tasks), weights}, weighted{weights, weights, ones(tasks)};
      for (const Way& way : {plain, weighted}) {
        lanes.sweep(2);
        lanes.plan.weigh(weights, way.heads);
        one.fill(2);
        one.plan.forward(2);
        one.plan.backward(way.seeds, way.border);
        one.plan.weigh(ones(tasks), ones(tasks));
        for (const Domain domain : {Domain::shared, Domain::task}) {
          CHECK(relative_error(gradients(one.plan, domain), gradients(lanes.plan, domain)) <
                kTolerance);
        }
      }
    }
  };
  for (const bool fused : {false, true}) {
    check({}, fused);
    check(through_shared, fused);
  }
}

TEST_CASE("alpha and beta of a sink act once on the whole gradient") {
  for (const Streams& streams : all_streams(4)) {
    CAPTURE(streams.name);
    ParameterStore store(4);
    Model model = make_model(store, streams, {}, {.lanes = LaneMode::per_task});
    const std::vector<double> weights = uneven(model.tasks());
    model.sweep(1);
    model.plan.weigh(weights, weights);
    for (const Parameter* p : model.plan.parameters()) {
      CAPTURE(p->name);
      const auto size = static_cast<std::size_t>(p->value.size());
      std::vector<real> plain(size), sum(size, real(2));
      CHECK(model.plan.gradient(*p, {.data = plain.data()}));
      CHECK(model.plan.gradient(*p, {.data = sum.data(), .alpha = -0.5, .beta = 0.25}));
      std::vector<double> wanted, found(sum.begin(), sum.end());
      for (const real g : plain) wanted.push_back(0.5 - 0.5 * static_cast<double>(g));
      CHECK(relative_error(found, wanted) < kTolerance);
    }
  }
}

TEST_CASE("rows that no loss reaches count nowhere") {
  // Streams 0 and 2 have losses, stream 1 between them has none.
  const Streams streams{"a gap", {5, 4, 3}, {0, 1, 2, 0}};
  ParameterStore store(5);
  Model gap = make_model(store, streams, {.only = {0, 2, 3}}, {.lanes = LaneMode::per_task});
  gap.sweep(1);
  const std::vector<double> weights = {1.5, -0.5, 2.0};
  gap.plan.weigh(weights, weights);
  const auto found = gradients(gap.plan, Domain::shared);
  std::vector<std::vector<double>> rows;
  for (const int t : {0, 2, 3}) rows.push_back(train_alone(store, streams, t, 1).shared);
  CHECK(relative_error(found, combine(rows, weights)) < kTolerance);
}

TEST_CASE("a plan without the loss of a task says so") {
  ParameterStore store(1);
  Model model = make_model(store, own_inputs(2, 3), {.only = {1}}, {});
  CHECK(model.plan.tasks() == 1);
  model.fill(0);
  model.plan.forward(0);
  CHECK_THROWS_WITH_AS(model.plan.loss(0), "[plan] expected a loss of task 0, found none",
                       ShapeError);
  const Parameter& absent = store.parameter("heads/0/weight", {3, 5}, Domain::task, {});
  const Parameter& present = store.parameter("heads/1/weight", {3, 5}, Domain::task, {});
  CHECK_FALSE(model.plan.reaches(absent));
  CHECK(model.plan.reaches(present));
  real untouched[15] = {};
  CHECK_FALSE(model.plan.gradient(absent, {.data = untouched, .alpha = 1.0, .beta = 1.0}));
}

TEST_CASE("what follows a gradient is called for every number once, when it is final") {
  for (const Streams& streams : all_streams(4)) {
    CAPTURE(streams.name);
    ParameterStore store(4);
    Model model = make_model(store, streams, {}, {.lanes = LaneMode::per_task});
    model.sweep(1);
    model.plan.weigh(uneven(model.tasks()), ones(model.tasks()));
    for (const Parameter* p : model.plan.parameters()) {
      CAPTURE(p->name);
      const auto size = static_cast<std::size_t>(p->value.size());
      std::vector<real> plain(size), followed(size), seen(size);
      std::vector<int> times(size, 0);
      CHECK(model.plan.gradient(*p, {.data = plain.data()}));
      const auto follow = [&](Index begin, Index end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
          seen[i] = followed[i];
          ++times[i];
        }
      };
      CHECK(model.plan.gradient(*p, {.data = followed.data(), .finish = finish_with(follow)}));
      CHECK(times == std::vector<int>(size, 1));
      CHECK(seen == plain);
    }
  }
}

// The rows of the second stream move forward by less than their number: what is read must not have
// been written by another thread.
TEST_CASE("folding rows of unequal streams is the same on several threads") {
  const Streams streams{"two tasks on few rows, one on many", {16, 112}, {0, 0, 1}};
  const Recorder trunk = [](Tape& tape, ParameterStore& s, Var x) {
    return tanh(tape, dense(tape, s, x, "wide", 512));
  };
  const auto folded = [&](int threads) {
    const Threads during(threads);
    ParameterStore store(4);
    Model model = make_model(store, streams, {.trunk = trunk}, {.lanes = LaneMode::per_task});
    model.sweep(1);
    model.plan.weigh(uneven(model.tasks()), ones(model.tasks()));
    return gradients(model.plan, Domain::shared);
  };
  const std::vector<double> expected = folded(1);
  for (int round = 0; round < 20; ++round) {
    CHECK(relative_error(folded(2), expected) < kTolerance);
    CHECK(relative_error(folded(3), expected) < kTolerance);
  }
}
