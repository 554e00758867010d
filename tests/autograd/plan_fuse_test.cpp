#include <doctest/doctest.h>

#include <limits>

#include "autograd/task_model.hpp"
#include "core/where.hpp"
#include "tensor/same_bits.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

// A kept value is not overwritten, and a watched cotangent shares no memory: what a relu then reads
// and writes is its own.
Var layer(Tape& tape, ParameterStore& store, Var x, const std::string& name, bool apart,
          Domain domain = Domain::shared) {
  const Var h = dense(tape, store, x, name, 20, domain);
  if (apart) tape.keep(h);
  const Var y = relu(tape, h);
  if (apart) tape.watch(y);
  return y;
}

struct Trained {
  std::vector<real> numbers;      ///< losses and weights
  std::uint64_t entered_forward;  ///< ops that one sweep up runs
};

Trained train(const Streams& streams, LaneMode lanes, bool apart) {
  ParameterStore store(1);
  const auto trunk = [&](Tape& tape, ParameterStore& s, Var x) {
    return layer(tape, s, layer(tape, s, x, "trunk/0", apart), "trunk/1", apart);
  };
  const auto head = [&](Tape& tape, ParameterStore& s, Var x) {
    const std::string name = "heads/" + std::to_string(tape.nodes().size());
    x = layer(tape, s, x, name, apart, Domain::task);
    return dense(tape, s, x, name + "/last", 3, Domain::task);
  };
  Model model = make_model(store, streams, {.trunk = trunk, .head = head}, {.lanes = lanes});
  Trained trained{{}, 0};
  const std::vector<double> one = ones(model.tasks());
  for (std::uint64_t step = 0; step < 4; ++step) {
    model.fill(step);
    const std::uint64_t before = where::record().entered;
    model.plan.forward(step);
    trained.entered_forward = where::record().entered - before;
    model.plan.backward(one, one);
    model.plan.weigh(one, one);
    for (Parameter* p : model.plan.parameters()) {
      model.plan.gradient(*p, {.data = p->value.data, .alpha = -0.05, .beta = 0.999});
    }
    for (int t = 0; t < model.tasks(); ++t) trained.numbers.push_back(model.plan.loss(t));
  }
  for (const Parameter& p : store.parameters()) {
    trained.numbers.insert(trained.numbers.end(), p.value.data, p.value.data + p.value.size());
  }
  return trained;
}

}  // namespace

TEST_CASE("a relu done by the layers beside it trains to the same bits as one of its own") {
  for (const Streams& streams : {own_inputs(3, 30), common_inputs(3, 30)}) {
    for (const LaneMode lanes : {LaneMode::one, LaneMode::per_task}) {
      CAPTURE(streams.name);
      CAPTURE(lanes);
      const Trained together = train(streams, lanes, false), apart = train(streams, lanes, true);
      CHECK(same_bits(together.numbers, apart.numbers));
      CHECK(together.entered_forward + 5 == apart.entered_forward);  // 2 relus, and one a head
    }
  }
}

TEST_CASE("a relu done by the layer before it keeps NaN visible") {
  ParameterStore store(1);
  Model model = make_model(
      store, common_inputs(1, 4),
      {.trunk = [](Tape& t, ParameterStore& s, Var x) { return layer(t, s, x, "trunk/0", false); }},
      {});
  model.fill(0);
  model.plan.value(model.input).data[0] = std::numeric_limits<real>::quiet_NaN();
  model.plan.forward(0);
  CHECK(model.plan.loss(0) != model.plan.loss(0));
}
