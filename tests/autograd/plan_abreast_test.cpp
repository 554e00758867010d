#include <doctest/doctest.h>

#include "autograd/task_model.hpp"
#include "core/threads.hpp"
#include "core/where.hpp"
#include "tensor/same_bits.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

enum class Heads {
  narrow,   ///< one layer of one to three outputs
  bare,     ///< likewise, behind a trunk that does not end in a relu
  rows,     ///< likewise, of features as two rows of half the length
  hidden,   ///< the last one has a relu layer more, which is not narrow
  relu,     ///< the first layer is narrow, a relu and another layer follow
  shaped,   ///< the last one alone reads its features as two rows
  watched,  ///< somebody looks at what enters the second one
  shared,   ///< all begin with the same layer
};

struct Trained {
  std::vector<real> numbers;  ///< losses, weights, the Gram matrix and what is watched
  std::vector<real> first;    ///< the trunk after the first step
  std::uint64_t forward;      ///< ops that one sweep up runs
  std::size_t borders;        ///< that pass cotangents by themselves
};

struct Case {
  Streams streams;
  Heads heads;
  std::uint64_t spared;   ///< ops that a sweep up runs less
  bool sums;              ///< in one lane the heads go backward together
  std::vector<int> only;  ///< see ModelOptions
};

Var trunk(Tape& tape, ParameterStore& store, Var x, bool bare) {
  x = relu(tape, dense(tape, store, x, "trunk/0", 20));
  x = dense(tape, store, x, "trunk/1", 530);
  return bare ? x : relu(tape, x);
}

Var in_two_rows(Tape& tape, ParameterStore& store, Var x, const std::string& name) {
  x = reshape(tape, x, Shape{2, tape.shape(x)[1] / 2});
  return reshape(tape, dense(tape, store, x, name, 2, Domain::task), Shape{4});
}

struct Made {
  Var watched;
  Model model;
};

Made make(ParameterStore& store, const Case& c, const PlanOptions& options, bool training = true) {
  int made = 0;
  Var watched;
  const auto head = [&](Tape& tape, ParameterStore& s, Var x) {
    const int t = made++;
    const bool last = made == static_cast<int>(c.streams.of_task.size());
    const std::string name = "heads/" + std::to_string(t);
    if (c.heads == Heads::watched && t == 1) tape.watch(watched = x);
    if (c.heads == Heads::rows || (c.heads == Heads::shaped && last)) {
      return in_two_rows(tape, s, x, name);
    }
    if (c.heads == Heads::shared) x = relu(tape, dense(tape, s, x, "trunk/of heads", 4));
    if (c.heads == Heads::relu || (c.heads == Heads::hidden && last)) {
      const Index units = c.heads == Heads::relu ? 3 : 20;
      x = relu(tape, dense(tape, s, x, name + "/hidden", units, Domain::task));
    }
    return dense(tape, s, x, name, t % 3 + 1, Domain::task);
  };
  const auto body = [&](Tape& tape, ParameterStore& s, Var x) {
    return trunk(tape, s, x, c.heads == Heads::bare);
  };
  Model model =
      make_model(store, c.streams,
                 {.trunk = body, .head = head, .only = c.only, .training = training}, options);
  return {watched, std::move(model)};
}

void append(std::vector<real>& numbers, const Tensor& more) {
  if (more.data != nullptr) numbers.insert(numbers.end(), more.data, more.data + more.size());
}

Trained train(const Case& c, LaneMode lanes, bool fused) {
  ParameterStore store(1);
  const bool gram = lanes == LaneMode::per_task;
  Made made = make(store, c, {.lanes = lanes, .gram = gram, .fused = fused});
  Plan& plan = made.model.plan;
  Trained trained{{}, {}, 0, plan.borders().size()};
  const std::vector<double> one = ones(plan.tasks());
  std::vector<double> border = one, heads = one;
  border[1] = 0.3;
  border.back() = 0.0;
  heads[0] = 0.5;
  heads.back() = -2.0;
  for (std::uint64_t step = 0; step < 3; ++step) {
    made.model.fill(step);
    const std::uint64_t before = where::record().entered;
    plan.forward(step);
    trained.forward = where::record().entered - before;
    plan.backward(one, border);
    if (c.heads == Heads::watched) append(trained.numbers, plan.cotangent(made.watched));
    if (gram) {
      std::vector<double> products(one.size() * one.size());
      plan.gram(products);
      for (const double product : products) trained.numbers.push_back(static_cast<real>(product));
    }
    plan.weigh(one, heads);
    for (Parameter* p : plan.parameters()) {
      plan.gradient(*p, {.data = p->value.data, .alpha = -0.01, .beta = 0.999});
    }
    for (const Tape::Loss& loss : plan.tape().losses()) {
      trained.numbers.push_back(plan.loss(loss.task));
    }
    for (const Parameter& p : store.parameters()) {
      if (step == 0 && p.name.starts_with("trunk/0")) append(trained.first, p.value);
    }
  }
  for (const Parameter& p : store.parameters()) append(trained.numbers, p.value);
  return trained;
}

std::vector<double> in_double(const std::vector<real>& numbers) {
  return {numbers.begin(), numbers.end()};
}

std::vector<Case> cases() {
  return {{common_inputs(5, 19), Heads::narrow, 4, true, {}},
          {common_inputs(3, 19), Heads::bare, 2, true, {}},
          {common_inputs(3, 7), Heads::rows, 2, true, {}},
          {common_inputs(4, 8), Heads::relu, 3, true, {}},
          {common_inputs(4, 8), Heads::narrow, 3, false, {0, 2}},
          {common_inputs(4, 8), Heads::hidden, 2, false, {}},
          {common_inputs(3, 8), Heads::shaped, 1, false, {}},
          {common_inputs(3, 8), Heads::watched, 2, false, {}},
          {common_inputs(3, 8), Heads::shared, 2, true, {}},
          {mixed_inputs(9), Heads::narrow, 3, false, {}},
          {own_inputs(3, 8), Heads::narrow, 0, false, {}}};
}

}  // namespace

TEST_CASE("narrow heads that read the same rows together train as one by one") {
  for (const int threads : {1, 3}) {
    const Threads used(threads);
    for (const LaneMode lanes : {LaneMode::one, LaneMode::per_task}) {
      for (const Case& c : cases()) {
        CAPTURE(threads);
        CAPTURE(static_cast<int>(lanes));
        CAPTURE(c.streams.name);
        CAPTURE(static_cast<int>(c.heads));
        const Trained abreast = train(c, lanes, true), apart = train(c, lanes, false);
        const bool sums = c.sums && lanes == LaneMode::one;
        if (sums) {  // the sums over rows of their own gradients have another order
          CHECK(relative_error(in_double(abreast.numbers), in_double(apart.numbers)) < 1e-5);
          CHECK(same_bits(abreast.first, apart.first));
        } else {
          CHECK(same_bits(abreast.numbers, apart.numbers));
        }
        CHECK(abreast.forward + c.spared == apart.forward);
        CHECK((abreast.borders == 0) == sums);
        CHECK(apart.borders > 0);
      }
    }
  }
}

TEST_CASE("what narrow heads make before their turn overwrites nothing") {
  // Without training, what the first head's layer makes is given away once the head is done.
  const Case c{common_inputs(4, 11), Heads::relu, 3, false, {}};
  ParameterStore store(1);
  Made abreast = make(store, c, {.fused = true}, false), apart = make(store, c, {}, false);
  std::vector<std::vector<real>> predictions(2);
  for (Made* made : {&abreast, &apart}) {
    made->model.fill(1);
    made->model.plan.forward(1);
    for (const Var v : made->model.predictions) {
      append(predictions[made == &apart ? 1 : 0], made->model.plan.value(v));
    }
  }
  CHECK(same_bits(predictions[0], predictions[1]));
}
