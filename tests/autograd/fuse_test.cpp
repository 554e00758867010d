#include "autograd/fuse.hpp"

#include <doctest/doctest.h>

#include "autograd/task_model.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

/// Few outputs, and as many as fill vectors; relu and pooling in either order.
Var two_convolutions(Tape& tape, ParameterStore& store, Var x, Index first, Index second) {
  x = max_pool(tape, relu(tape, convolution_3x3(tape, store, x, "trunk/a", first)), {.kernel = 2});
  x = relu(tape, max_pool(tape, convolution_3x3(tape, store, x, "trunk/b", second), {.kernel = 2}));
  return flatten(tape, x);
}

Model make(ParameterStore& store, const Streams& streams, const Recorder& trunk, PlanOptions plan,
           bool fused) {
  plan.fused = fused;
  return make_model(store, streams, {.sample = {12, 12, 2}, .trunk = trunk}, plan);
}

std::vector<std::string> op_names(const Tape& tape) {
  std::vector<std::string> names;
  for (const Tape::Node& node : tape.nodes()) {
    if (node.op != nullptr && node.task < 0) names.emplace_back(node.op->name());
  }
  return names;
}

void check_same(Model& plain, Model& fused) {
  for (Model* model : {&plain, &fused}) model->sweep(3);
  for (int t = 0; t < plain.tasks(); ++t) CHECK(plain.plan.loss(t) == fused.plan.loss(t));
  std::vector<double> weights = ones(plain.tasks());
  weights[1] = -0.75;
  for (Model* model : {&plain, &fused}) model->plan.weigh(weights, ones(model->tasks()));
  constexpr double kRounding = 1e-5;  // of sums that are taken in another order
  for (const Domain domain : {Domain::shared, Domain::task}) {
    CHECK(relative_error(gradients(fused.plan, domain), gradients(plain.plan, domain)) < kRounding);
  }
}

}  // namespace

TEST_CASE("a convolution with relu and pooling behind it is computed in one pass") {
  struct Width {
    Index first, second;
  };
  for (const Width width : {Width{10, 5}, Width{32, 20}, Width{3, 64}}) {
    for (const Streams& streams :
         {own_inputs(2, 17), common_inputs(3, 21), common_inputs(6, 5), mixed_inputs(5)}) {
      CAPTURE(width.first);
      CAPTURE(streams.name);
      const Recorder trunk = [&](Tape& tape, ParameterStore& store, Var x) {
        return two_convolutions(tape, store, x, width.first, width.second);
      };
      for (const LaneMode lanes : {LaneMode::one, LaneMode::per_task}) {
        ParameterStore store(1);
        const PlanOptions options{.lanes = lanes, .gram = lanes == LaneMode::per_task};
        Model plain = make(store, streams, trunk, options, false);
        Model fused = make(store, streams, trunk, options, true);
        CHECK(op_names(fused.plan.tape()) ==
              std::vector<std::string>{"conv2d+relu+max_pool", "conv2d+max_pool+relu", "flatten"});
        if (lanes == LaneMode::per_task) {
          check_same(plain, fused);
          continue;
        }
        for (Model* model : {&plain, &fused}) model->sweep(2);
        CHECK(plain.plan.loss(0) == fused.plan.loss(0));
      }
    }
  }
}

TEST_CASE("the Gram matrix of a fused plan is that of the plain one") {
  for (const Streams& streams : {own_inputs(2, 17), own_inputs(4, 9), common_inputs(4, 9),
                                 common_inputs(7, 9), mixed_inputs(5)}) {
    CAPTURE(streams.name);
    const Recorder trunk = [](Tape& tape, ParameterStore& store, Var x) {
      return two_convolutions(tape, store, x, 10, 32);
    };
    ParameterStore store(1);
    for (const bool keep : {false, true}) {
      const PlanOptions options{.lanes = LaneMode::per_task, .gram = true, .keep_formed = keep};
      Model plain = make(store, streams, trunk, options, false);
      Model fused = make(store, streams, trunk, options, true);
      std::vector<std::vector<double>> grams;
      for (Model* model : {&plain, &fused}) {
        model->sweep(1);
        const auto tasks = static_cast<std::size_t>(model->tasks());
        grams.emplace_back(tasks * tasks);
        model->plan.gram(grams.back());
      }
      CHECK(relative_error(grams[1], grams[0]) < 1e-5);
      std::vector<double> weights = ones(plain.tasks());
      for (std::size_t t = 0; t < weights.size(); ++t) weights[t] -= 0.3 * static_cast<double>(t);
      for (Model* model : {&plain, &fused}) model->plan.weigh(weights, weights);
      CHECK(relative_error(gradients(fused.plan, Domain::shared),
                           gradients(plain.plan, Domain::shared)) < 1e-5);
      CHECK(fused.plan.arena_bytes() < plain.plan.arena_bytes());
    }
  }
}

TEST_CASE("what somebody else looks at is not fused") {
  const auto count = [](auto look, PoolOptions pool, Index stride) {
    ParameterStore store(1);
    Tape tape(/*training=*/true);
    const Var x = tape.input("x", {12, 12, 2}, Dtype::floating, {{0, 4}});
    Parameter& weight = parameter(store, "weight", {3, 3, 3, 2});
    const Var c = conv2d(tape, x, weight, nullptr, {.stride = stride, .padding = 1});
    const Var r = relu(tape, c);
    const Var p = max_pool(tape, r, pool);
    look(tape, c, r, p);
    fuse(tape);
    return tape.nodes().size();
  };
  const auto nobody = [](Tape&, Var, Var, Var) {};
  CHECK(count(nobody, {.kernel = 2}, 1) == 1);
  CHECK(count(nobody, {.kernel = 3}, 1) == 3);
  CHECK(count(nobody, {.kernel = 2, .stride = 1}, 1) == 3);
  CHECK(count(nobody, {.kernel = 2}, 2) == 1);
  CHECK(count([](Tape& t, Var c, Var, Var) { t.keep(c); }, {.kernel = 2}, 1) == 3);
  CHECK(count([](Tape& t, Var, Var r, Var) { t.watch(r); }, {.kernel = 2}, 1) == 3);
  CHECK(count([](Tape& t, Var, Var r, Var) { add(t, r, r); }, {.kernel = 2}, 1) == 4);
  CHECK(count([](Tape& t, Var c, Var, Var) { relu(t, c); }, {.kernel = 2}, 1) == 4);
}
