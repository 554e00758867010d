#include <doctest/doctest.h>

#include "autograd/task_model.hpp"
#include "core/where.hpp"
#include "tensor/same_bits.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

enum class Heads {
  narrow,   ///< one layer of one to three outputs
  hidden,   ///< the last one has a relu layer more, which is not narrow
  watched,  ///< somebody looks at what enters the second one
  relu,     ///< the first layer is narrow, a relu and another layer follow
  shaped,   ///< the last one reads its features as rows of half the length
};

struct Trained {
  std::vector<real> numbers;        ///< losses, weights, and the Gram matrix where there is one
  std::uint64_t forward, backward;  ///< ops that one sweep runs
};

std::uint64_t entered() { return where::record().entered; }

Var trunk(Tape& tape, ParameterStore& store, Var x) {
  x = relu(tape, dense(tape, store, x, "trunk/0", 20));
  return relu(tape, dense(tape, store, x, "trunk/1", 530));
}

Model make(ParameterStore& store, const Streams& streams, Heads heads, PlanOptions options) {
  int made = 0;
  const auto head = [&, heads](Tape& tape, ParameterStore& s, Var x) {
    const int t = made++;
    const std::string name = "heads/" + std::to_string(t);
    if (heads == Heads::watched && t == 1) tape.watch(x);
    if (heads == Heads::relu) {
      x = relu(tape, dense(tape, s, x, name + "/hidden", 3, Domain::task));
    }
    if (heads == Heads::shaped && t == 2) {
      x = reshape(tape, x, Shape{2, tape.shape(x)[1] / 2});
      return reshape(tape, dense(tape, s, x, name, 2, Domain::task), Shape{4});
    }
    if (heads == Heads::hidden && t + 1 == static_cast<int>(streams.of_task.size())) {
      x = relu(tape, dense(tape, s, x, name + "/hidden", 20, Domain::task));
    }
    return dense(tape, s, x, name, t % 3 + 1, Domain::task);
  };
  return make_model(store, streams, {.trunk = trunk, .head = head}, options);
}

Trained train(const Streams& streams, Heads heads, LaneMode lanes, bool fused) {
  ParameterStore store(1);
  const bool gram = lanes == LaneMode::per_task;
  Model model = make(store, streams, heads, {.lanes = lanes, .gram = gram, .fused = fused});
  Trained trained{{}, 0, 0};
  const std::vector<double> one = ones(model.tasks());
  std::vector<double> border = one;
  border[1] = 0.3;
  for (std::uint64_t step = 0; step < 3; ++step) {
    model.fill(step);
    const std::uint64_t before = entered();
    model.plan.forward(step);
    const std::uint64_t between = entered();
    model.plan.backward(one, border);
    trained.forward = between - before;
    trained.backward = entered() - between;
    if (gram) {
      std::vector<double> products(one.size() * one.size());
      model.plan.gram(products);
      for (const double product : products) trained.numbers.push_back(static_cast<real>(product));
    }
    model.plan.weigh(one, one);
    for (Parameter* p : model.plan.parameters()) {
      model.plan.gradient(*p, {.data = p->value.data, .alpha = -0.01, .beta = 0.999});
    }
    for (int t = 0; t < model.tasks(); ++t) trained.numbers.push_back(model.plan.loss(t));
  }
  for (const Parameter& p : store.parameters()) {
    trained.numbers.insert(trained.numbers.end(), p.value.data, p.value.data + p.value.size());
  }
  return trained;
}

void check_same(const Streams& streams, Heads heads, LaneMode lanes, std::uint64_t fewer_forward) {
  CAPTURE(streams.name);
  CAPTURE(static_cast<int>(heads));
  CAPTURE(static_cast<int>(lanes));
  const Trained abreast = train(streams, heads, lanes, true);
  const Trained apart = train(streams, heads, lanes, false);
  CHECK(same_bits(abreast.numbers, apart.numbers));
  CHECK(abreast.forward + fewer_forward == apart.forward);
  CHECK(abreast.backward == apart.backward);  // each is asked, whoever does the work
}

}  // namespace

TEST_CASE("narrow heads that read the same rows together train to the same bits as one by one") {
  for (const LaneMode lanes : {LaneMode::one, LaneMode::per_task}) {
    check_same(common_inputs(5, 19), Heads::narrow, lanes, 4);
    check_same(mixed_inputs(9), Heads::narrow, lanes, 3);
    check_same(common_inputs(4, 8), Heads::hidden, lanes, 2);
    check_same(common_inputs(3, 8), Heads::watched, lanes, 2);
    check_same(common_inputs(4, 8), Heads::relu, lanes, 3);
    check_same(common_inputs(3, 8), Heads::shaped, lanes, 1);
    check_same(own_inputs(3, 8), Heads::narrow, lanes, 0);
  }
}

TEST_CASE("what narrow heads make before their turn overwrites nothing") {
  for (const bool spread : {false, true}) {
    ParameterStore store(1);
    Model model =
        make(store, common_inputs(4, 11), Heads::narrow, {.fused = true, .spread = spread});
    Model plain = make(store, common_inputs(4, 11), Heads::narrow, {});
    for (Model* m : {&model, &plain}) m->sweep(1);
    for (int t = 0; t < 4; ++t) CHECK(model.plan.loss(t) == plain.plan.loss(t));
  }
}
