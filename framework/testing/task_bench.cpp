#include "testing/task_bench.hpp"

#include <algorithm>

#include "espalier/ops.hpp"

namespace espalier::testing {

namespace {

constexpr const char* kTable = "trunk/features";

void fill_target(Plan& plan, Var target, const Targets& targets) {
  if (!targets.values().empty()) std::ranges::copy(targets.values(), plan.value(target).data);
  if (!targets.classes().empty()) {
    std::ranges::copy(targets.classes(), plan.indices(target).begin());
  }
}

}  // namespace

Parameter& table_of(ParameterStore& store) {
  return *std::ranges::find(store.parameters(), kTable, &Parameter::name);
}

TaskBench::TaskBench(const TaskHandle& task, const Examples& examples, ParameterStore& store,
                     const std::vector<Index>& rows, bool training)
    : plan_(record(task, examples, store, rows, training)) {
  const std::span<std::int32_t> tokens = plan_.indices(tokens_);
  for (std::size_t i = 0; i < rows.size(); ++i) tokens[i] = static_cast<std::int32_t>(rows[i]);
  fill_target(plan_, target_, Targets(examples, rows));
}

Tape TaskBench::record(const TaskHandle& task, const Examples& examples, ParameterStore& store,
                       const std::vector<Index>& rows, bool training) {
  Tape tape(training);
  const std::vector<StreamRows> stream = {{0, static_cast<Index>(rows.size())}};
  tokens_ = tape.input("row", {1}, Dtype::integer, stream);
  const Net trunk(tape, store, streams_, Domain::shared, "trunk");
  Parameter& table = trunk.parameter("features", {examples.rows, examples.features.size()},
                                     {Initializer::Kind::given, 0.0, examples.numbers});
  const Var drawn = reshape(tape, embedding(tape, tokens_, table), examples.features);
  target_ = tape.input("target", examples.column.sample, examples.column.dtype, stream);
  const Var features = tape.select(drawn, 0, 0);
  tape.enter(0, "heads/kit");
  const Net head(tape, store, streams_, Domain::task, "heads/kit");
  prediction_ = task.head(head, features);
  tape.keep(prediction_);
  tape.loss(0, task.loss(head, prediction_, target_));
  return tape;
}

double TaskBench::loss(std::uint64_t step) {
  plan_.forward(step, /*replay=*/true);
  return static_cast<double>(plan_.loss(0));
}

void TaskBench::backward() {
  const double one[] = {1.0};
  plan_.backward(one, one);
  plan_.weigh(one, one);
}

std::vector<real> TaskBench::gradient(const Parameter& parameter) {
  std::vector<real> numbers(static_cast<std::size_t>(parameter.value.size()), real{0});
  plan_.gradient(parameter, {.data = numbers.data(), .alpha = 1.0, .beta = 0.0});
  return numbers;
}

double loss_of_predictions(const TaskHandle& task, ParameterStore& store, const Targets& targets,
                           const ConstTensor& predictions) {
  const std::vector<std::string> streams = {"kit"};
  const std::vector<StreamRows> stream = {{0, predictions.shape[0]}};
  Tape tape(/*training=*/false);
  const Var prediction = tape.input("prediction", predictions.shape.row(), Dtype::floating, stream);
  const Target given = targets.target();
  const bool reals = given.values.data != nullptr;
  const Var target = tape.input("target", (reals ? given.values.shape : given.classes.shape).row(),
                                reals ? Dtype::floating : Dtype::integer, stream);
  tape.enter(0, "heads/kit");
  const Net head(tape, store, streams, Domain::task, "heads/kit");
  tape.loss(0, task.loss(head, prediction, target));
  Plan plan(std::move(tape));
  std::ranges::copy(predictions.span(), plan.value(prediction).data);
  fill_target(plan, target, targets);
  plan.forward(1);
  return static_cast<double>(plan.loss(0));
}

}  // namespace espalier::testing
