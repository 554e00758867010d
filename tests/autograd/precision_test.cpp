#include "tensor/precision.hpp"

#include <doctest/doctest.h>

#include "autograd/task_model.hpp"
#include "tensor/emulated_tiles.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

struct Pass {
  std::vector<double> predictions, shared, own, gram;
};

Var trunk(Tape& tape, ParameterStore& s, Var x) {
  x = tanh(tape, dense(tape, s, x, "first", 40));
  return tanh(tape, dense(tape, s, x, "second", 300));  // many outputs: the product is turned
}

Pass pass_in(Precision precision, const Streams& streams) {
  precision::set(precision, amx_of_tests());
  ParameterStore store(8);
  Model model =
      make_model(store, streams, {.trunk = trunk}, {.lanes = LaneMode::per_task, .gram = true});
  model.sweep(1);
  Pass pass;
  for (const Var y : model.predictions) {
    const Tensor t = model.plan.value(y);
    pass.predictions.insert(pass.predictions.end(), t.data, t.data + t.size());
  }
  pass.gram.resize(static_cast<std::size_t>(model.tasks() * model.tasks()));
  model.plan.gram(pass.gram);
  model.plan.weigh(ones(model.tasks()), ones(model.tasks()));
  pass.shared = gradients(model.plan, Domain::shared);
  pass.own = gradients(model.plan, Domain::task);
  precision::set(Precision::fp32);
  return pass;
}

void check_close(const Pass& pass, const Pass& fp32, double most) {
  CHECK(relative_error(pass.predictions, fp32.predictions) < most);
  CHECK(relative_error(pass.shared, fp32.shared) < most);
  CHECK(relative_error(pass.own, fp32.own) < most);
  CHECK(relative_error(pass.gram, fp32.gram) < most);
}

}  // namespace

TEST_CASE("linear layers in another precision: forward, gradients of inputs and of parameters") {
  for (const Streams& streams : {own_inputs(2, 9), common_inputs(3, 37)}) {
    CAPTURE(streams.name);
    const Pass fp32 = pass_in(Precision::fp32, streams);
    check_close(pass_in(Precision::fp32_split, streams), fp32, 1e-5);
    const Pass bf16 = pass_in(Precision::bf16, streams);
    check_close(bf16, fp32, 0.05);
    for (const double error :
         {relative_error(bf16.predictions, fp32.predictions),
          relative_error(bf16.shared, fp32.shared), relative_error(bf16.own, fp32.own)}) {
      CHECK(error > 1e-4);  // the products are those of bfloat16
    }
  }
}
