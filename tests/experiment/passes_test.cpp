#include <doctest/doctest.h>

#include <cmath>

#include "autograd/task_model.hpp"
#include "autograd/turns.hpp"
#include "balance/method.hpp"
#include "experiment/backward/pass.hpp"

using namespace espalier;
using namespace espalier::test;

// Every method's step through the engine (lanes, Gram, one gradient) against the same method on
// gradients that were formed one by one.

namespace {

constexpr std::uint64_t kSeed = 5;
constexpr double kClose = 1e-5;

Var trunk(Tape& tape, ParameterStore& store, Var x) {
  x = reshape(tape, x, {4, 3, 1});
  x = conv2d(tape, x, parameter(store, "trunk/c/weight", {3, 3, 3, 1}),
             &parameter(store, "trunk/c/bias", {3}), {.padding = 1});
  x = flatten(tape, tanh(tape, x));
  return tanh(tape, dense(tape, store, x, "trunk/b", 5));
}

/// y = x / 2, by an op that cannot be differentiated forward.
class Half final : public Op {
 public:
  std::string_view name() const override { return "half"; }
  ValueInfo infer(std::span<const ValueInfo> in) const override { return in[0]; }
  void forward(const OpContext& c) const override {
    for (Index i = 0; i < c.output.size(); ++i) c.output.data[i] = c.inputs[0].data[i] / 2;
  }
  void backward(const BackwardContext& c) const override {
    const Index row = c.dy.shape.row_size();
    for (const Run& run : c.runs[0]) {
      for (Index i = 0; i < run.rows * row; ++i) {
        real& dx = c.dx[0].data[run.dx_row * row + i];
        dx = (run.accumulate ? dx : real{0}) + c.dy.data[run.dy_row * row + i] / 2;
      }
    }
  }
};

Var halved_trunk(Tape& tape, ParameterStore& store, Var x) {
  return tape.record(std::make_unique<Half>(), {trunk(tape, store, x)});
}

BalanceConventions conventions_of(const Balancer& method) {
  BalanceConventions conventions;
  method.conventions(conventions);
  return conventions;
}

/// One method on one model.
struct Setting {
  Setting(const std::string& name, const BalanceConventions& chosen, const Streams& streams,
          const PlanOptions& options, const Recorder& recorder = trunk)
      : model(make_model(store, streams, {.sample = {12}, .trunk = recorder}, options)),
        method(method_named(name)),
        conventions(chosen) {
    for (int t = 0; t < model.tasks(); ++t) names.push_back(std::to_string(t));
    present.assign(names.size(), 1);
    losses.resize(names.size());
    weigher = std::make_unique<Weigher>(*method, name, conventions, names, kSeed);
  }

  TaskStep step(std::uint64_t number) {
    for (std::size_t t = 0; t < losses.size(); ++t) {
      losses[t] = static_cast<double>(model.plan.loss(static_cast<int>(t)));
    }
    return {.losses = losses, .present = present, .gram = {}, .step = number};
  }

  ParameterStore store{3};
  Model model;
  std::unique_ptr<Balancer> method;
  BalanceConventions conventions;
  std::vector<std::string> names;
  std::vector<char> present;
  std::vector<double> losses;
  std::unique_ptr<Weigher> weigher;
};

std::vector<double> through_pass(const std::string& name, const BalanceConventions& conventions,
                                 const Streams& streams, std::uint64_t steps) {
  PassTools tools;
  tools.tasks = streams.of_task.size();
  const auto pass = make_pass(tools, method_named(name)->needs(), conventions);
  Setting s(name, conventions, streams, pass->plan_options());
  pass->begin(s.model.plan, *s.weigher);
  std::vector<double> gradient;
  for (std::uint64_t k = 0; k < steps; ++k) {
    s.model.fill(k);
    s.model.plan.forward(k);
    PlannedModel planned;
    planned.plan.reset(&s.model.plan);  // lent
    pass->run(planned, s.step(k), *s.weigher);
    gradient = gradients(*planned.plan, Domain::shared);
    static_cast<void>(planned.plan.release());
  }
  return gradient;
}

std::vector<double> from_formed(const std::string& name, const BalanceConventions& conventions,
                                const Streams& streams, std::uint64_t steps) {
  Setting s(name, conventions, streams, {.lanes = LaneMode::per_task});
  s.weigher->begin({.blocks = 1});
  std::vector<double> direction;
  for (std::uint64_t k = 0; k < steps; ++k) {
    const Rows rows = jacobian(s.model, k);
    const std::vector<double> gram = gram_of(rows);
    TaskStep step = s.step(k);
    step.gram = gram;
    s.weigher->weigh(step);
    direction = test::direction(rows, {s.weigher->trunk().begin(), s.weigher->trunk().end()});
  }
  return direction;
}

constexpr std::uint64_t kFurther = 1000;  // numbers the contents of a step's further batches

/// A method that draws three batches, on one model.
struct ThreeBatches {
  std::string method;
  BalanceConventions conventions = {};
  Streams streams = {};
  Recorder trunk = {};
  bool missing = false;  ///< labels, of some tasks all
  bool forward = false;  ///< the weights' batches in plans of their own, one differentiated forward

  Setting setting(const PlanOptions& options) const {
    return {method, conventions, streams, options, trunk};
  }
};

bool share_rows(const Streams& streams) { return streams.rows.size() < streams.of_task.size(); }

// Models of batches 2 and 3: one over both, or one for each. The same step fills all with the same.
std::vector<Model> further_models(ParameterStore& store, const ThreeBatches& c,
                                  const std::vector<PlanOptions>& options) {
  const bool apart = options.size() == 2;
  std::vector<Model> models;
  for (std::size_t m = 0; m < options.size(); ++m) {
    models.push_back(make_model(store, apart ? c.streams : two_batches(c.streams),
                                {.sample = {12}, .trunk = c.trunk}, options[m]));
    models.back().batch = static_cast<int>(m);
    models.back().missing = c.missing;
  }
  return models;
}

// The same for a method that draws three batches, and from gradients of all of them. With `turns`
// plans share memory as a trainer's do.
std::vector<double> through_cross_pass(const ThreeBatches& c, std::uint64_t steps,
                                       bool turns = true) {
  PassTools tools;
  tools.tasks = c.streams.of_task.size();
  const auto pass = make_pass(tools, method_named(c.method)->needs(), c.conventions);
  const auto memory = turns ? std::make_shared<Turns>() : nullptr;
  PlanOptions own = pass->plan_options();
  if (pass->looks_ahead()) own.turns = memory;
  Setting s = c.setting(own);
  std::vector<PlanOptions> options = pass->further_options(s.model.plan);
  for (PlanOptions& further : options) further.turns = memory;
  CHECK((options.size() == 2) == c.forward);
  const bool longer = s.method->needs().cross_product && share_rows(c.streams) && !c.forward;
  CHECK(pass->note() ==
        (longer ? "op 'half' of trunk has no tangent: a lane for each task instead" : ""));
  std::vector<Model> more = further_models(s.store, c, options);
  if (memory != nullptr) memory->settle();
  pass->begin(s.model.plan, *s.weigher);
  PlannedModel planned;
  planned.plan.reset(&s.model.plan);  // lent
  std::vector<PlannedModel> further(more.size());
  for (std::size_t m = 0; m < more.size(); ++m) further[m].plan.reset(&more[m].plan);
  pass->pair(further);
  std::uint64_t k = 0;
  tools.run_up = [&](PlannedModel& model) {
    more[static_cast<std::size_t>(&model - further.data())].fill(kFurther + k);
    model.plan->forward(k);
  };
  std::vector<double> gradient;
  for (; k < steps; ++k) {
    s.model.fill(k);
    tools.further = s.weigher->due(k) ? std::span(further) : std::span<PlannedModel>();
    pass->look_ahead({.losses = s.losses, .present = s.present, .gram = {}, .step = k}, *s.weigher);
    s.model.plan.forward(k);
    pass->run(planned, s.step(k), *s.weigher);
    gradient = gradients(*planned.plan, Domain::shared);
  }
  static_cast<void>(planned.plan.release());
  for (PlannedModel& model : further) static_cast<void>(model.plan.release());
  return gradient;
}

std::vector<double> from_three_formed(const ThreeBatches& c, std::uint64_t steps) {
  const PlanOptions lanes = {.lanes = LaneMode::per_task};
  Setting s = c.setting(lanes);
  std::vector<Model> more =
      further_models(s.store, c, std::vector<PlanOptions>(c.forward ? 2 : 1, lanes));
  const bool product = s.method->needs().cross_product;
  s.weigher->begin({});
  const std::size_t tasks = s.names.size();
  std::vector<double> direction;
  for (std::uint64_t k = 0; k < steps; ++k) {
    const Rows rows = jacobian(s.model, k);
    Rows others;
    for (Model& model : more) {
      for (auto& row : jacobian(model, kFurther + k)) others.push_back(std::move(row));
    }
    const std::vector<double> gram = gram_of(rows);
    std::vector<double> cross;
    for (std::size_t i = 0; i < tasks; ++i) {
      for (std::size_t j = 0; j < tasks; ++j) cross.push_back(dot(others[i], others[tasks + j]));
    }
    TaskStep step = s.step(k);
    step.gram = gram;
    std::vector<double> along;
    if (product) {
      const std::span<const double> u = s.weigher->probe(step);
      along = times(cross, {u.begin(), u.end()});
    }
    (product ? step.product : step.cross) = product ? along : cross;
    s.weigher->weigh(step);
    direction = test::direction(rows, {s.weigher->trunk().begin(), s.weigher->trunk().end()});
  }
  return direction;
}

}  // namespace

TEST_CASE("a step of a method of three batches is its step on formed gradients") {
  int methods = 0;
  for (const BalancerEntry& entry : balancer_table()) {
    const Needs needs = entry.make()->needs();
    if (needs.batches < 3) continue;
    ++methods;
    const std::string name(entry.name);
    CAPTURE(name);
    BalanceConventions scaled, held, unit_length;
    scaled.scale = "norm_of_equal";
    scaled.clip = 0.05;
    held.every = 2;
    unit_length.normalise = "loss_l2";
    for (const BalanceConventions& conventions :
         {BalanceConventions{}, scaled, held, unit_length}) {
      for (const Streams& streams : {own_inputs(3, 5), common_inputs(3, 6), mixed_inputs(4)}) {
        for (const bool missing : {false, true}) {
          CAPTURE(streams.name);
          CAPTURE(missing);
          const bool forward = needs.cross_product && share_rows(streams);
          ThreeBatches c{name, conventions, streams, trunk, missing, forward};
          const std::vector<double> pushed = through_cross_pass(c, 4);
          CHECK(relative_error(pushed, from_three_formed(c, 4)) < kClose);
          CHECK(pushed == through_cross_pass(c, 4, /*turns=*/false));
          c.trunk = halved_trunk;  // in lanes
          c.forward = false;
          const std::vector<double> in_lanes = through_cross_pass(c, 4);
          CHECK(relative_error(in_lanes, from_three_formed(c, 4)) < kClose);
          CHECK(in_lanes == through_cross_pass(c, 4, /*turns=*/false));
        }
      }
    }
  }
  CHECK(methods == 2);
}

TEST_CASE("a method's step through the engine is its step on formed gradients") {
  int methods = 0;
  for (const BalancerEntry& entry : balancer_table()) {
    const std::string name(entry.name);
    const Needs needs = entry.make()->needs();
    if (name == "fixed" || needs.features || needs.jacobian || needs.validation ||
        needs.batches > 1) {
      continue;
    }
    ++methods;
    BalanceConventions conventions = conventions_of(*entry.make());
    conventions.gram = "all";
    for (const Streams& streams : {own_inputs(3, 5), common_inputs(3, 6), mixed_inputs(4)}) {
      CAPTURE(name);
      CAPTURE(streams.name);
      CHECK(relative_error(through_pass(name, conventions, streams, 3),
                           from_formed(name, conventions, streams, 3)) < 1e-5);
    }
  }
  CHECK(methods >= 12);
}

TEST_CASE("conventions that need the Gram matrix of a method from losses get it") {
  BalanceConventions conventions;
  conventions.scale = "norm_of_equal";
  conventions.clip = 0.05;
  for (const Streams& streams : {own_inputs(3, 5), common_inputs(3, 6)}) {
    const std::vector<double> d = through_pass("rlw", conventions, streams, 2);
    CHECK(relative_error(d, from_formed("rlw", conventions, streams, 2)) < 1e-5);
    CHECK(std::sqrt(dot(d, d)) == doctest::Approx(0.05).epsilon(1e-4));
  }
}

TEST_CASE("equal weights through the Gram path are plain training, bit for bit with own inputs") {
  BalanceConventions plain, through_gram;
  through_gram.clip = 1e9;
  const auto own = own_inputs(4, 6);
  CHECK(through_pass("equal", through_gram, own, 2) == through_pass("equal", plain, own, 2));
  const auto common = common_inputs(4, 6);
  CHECK(relative_error(through_pass("equal", through_gram, common, 2),
                       through_pass("equal", plain, common, 2)) < 1e-5);
}

TEST_CASE("at the trunk's output, inner products are of the gradients there") {
  for (const Streams& streams : {own_inputs(3, 5), common_inputs(3, 6)}) {
    CAPTURE(streams.name);
    ParameterStore store(3);
    Model lanes = make_model(store, streams, {.sample = {12}, .trunk = trunk}, {.features = true});
    lanes.fill(0);
    lanes.plan.forward(0);
    lanes.plan.backward_heads(ones(3));
    std::vector<std::vector<double>> rows;
    for (const Border& border : lanes.plan.borders()) {
      const auto span = border.cotangent.span();
      rows.emplace_back(span.begin(), span.end());
    }
    const bool common = streams.rows.size() == 1;
    // The weights of the direction that MGDA at the output takes, read off the trunk's gradient.
    const std::vector<double> d =
        through_pass("mgda_ub", conventions_of(*method_named("mgda_ub")), streams, 1);
    std::vector<double> gram;
    for (std::size_t s = 0; s < 3; ++s) {
      for (std::size_t t = 0; t < 3; ++t) {
        gram.push_back(common || s == t ? dot(rows[s], rows[t]) : 0.0);
      }
    }
    const auto method = method_named("mgda_ub");
    const std::vector<double> losses(3, 1.0);
    std::vector<double> weights(3);
    method->weigh({.losses = losses, .gram = gram}, weights);
    Model formed =
        make_model(store, streams, {.sample = {12}, .trunk = trunk}, {.lanes = LaneMode::per_task});
    CHECK(relative_error(d, test::direction(jacobian(formed, 0), weights)) < 1e-4);
  }
}

TEST_CASE("the Jacobian's direction is the method's on formed gradients") {
  const auto streams = common_inputs(3, 6);
  const std::vector<double> d = through_pass("trimmed_mean", {}, streams, 1);
  ParameterStore store(3);
  Model model =
      make_model(store, streams, {.sample = {12}, .trunk = trunk}, {.lanes = LaneMode::per_task});
  const Rows rows = jacobian(model, 0);
  std::vector<double> median;
  for (std::size_t i = 0; i < rows[0].size(); ++i) {
    std::vector<double> column = {rows[0][i], rows[1][i], rows[2][i]};
    std::ranges::sort(column);
    median.push_back(column[1]);
  }
  CHECK(relative_error(d, median) < 1e-5);
}
