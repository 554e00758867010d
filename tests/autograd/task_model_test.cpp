#include "autograd/task_model.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace espalier::test {

namespace {

void fill_normal(std::span<real> numbers, std::uint64_t step, const std::string& name) {
  RandomStream random(step + 1, "test/" + name);
  for (real& x : numbers) x = static_cast<real>(random.normal());
}

Var default_trunk(Tape& tape, ParameterStore& store, Var x) {
  x = relu(tape, dense(tape, store, x, "trunk/0", 7));
  return relu(tape, dense(tape, store, x, "trunk/1", 5));
}

}  // namespace

Parameter& parameter(ParameterStore& store, const std::string& name, const Shape& shape,
                     Domain domain) {
  return store.parameter(name, shape, domain, {Initializer::Kind::normal, 0.5});
}

Var dense(Tape& tape, ParameterStore& store, Var x, const std::string& name, Index units,
          Domain domain, bool bias) {
  Parameter& weight = parameter(store, name + "/weight", {units, tape.shape(x)[-1]}, domain);
  return linear(tape, x, weight,
                bias ? &parameter(store, name + "/bias", {units}, domain) : nullptr);
}

Var convolution_3x3(Tape& tape, ParameterStore& store, Var x, const std::string& name,
                    Index outputs) {
  Parameter& weight = parameter(store, name + "/weight", {outputs, 3, 3, tape.shape(x)[3]});
  return conv2d(tape, x, weight, &parameter(store, name + "/bias", {outputs}), {.padding = 1});
}

Model make_model(ParameterStore& store, const Streams& streams, const ModelOptions& options,
                 const PlanOptions& plan) {
  Tape tape(options.training);
  std::vector<StreamRows> rows;
  for (std::size_t s = 0; s < streams.rows.size(); ++s) {
    rows.push_back({static_cast<int>(s), streams.rows[s]});
  }
  const Var input = tape.input("input", options.sample, Dtype::floating, rows);
  tape.enter(-1, "trunk");
  const Var features =
      options.trunk ? options.trunk(tape, store, input) : default_trunk(tape, store, input);
  std::vector<Var> targets, predictions;
  for (int t = 0; t < static_cast<int>(streams.of_task.size()); ++t) {
    const int stream = streams.of_task[static_cast<std::size_t>(t)];
    const std::string name = "heads/" + std::to_string(t);
    tape.enter(t, name);
    Var x = tape.select(features, stream, t);
    x = options.head ? options.head(tape, store, x)
                     : dense(tape, store, x, name, options.outputs, Domain::task);
    tape.keep(x);
    const Shape sample = tape.shape(x).row();
    targets.push_back(tape.input("target " + std::to_string(t), sample, Dtype::floating,
                                 {{stream, streams.rows[static_cast<std::size_t>(stream)]}}));
    predictions.push_back(x);
    const bool wanted =
        options.only.empty() || std::ranges::find(options.only, t) != options.only.end();
    if (wanted) tape.loss(t, mean_squared_error(tape, x, targets.back()));
  }
  return {.streams = streams,
          .plan = Plan(std::move(tape), plan),
          .input = input,
          .targets = targets,
          .predictions = predictions};
}

void Model::fill(std::uint64_t step) {
  Index first = 0;
  for (std::size_t s = 0; s < streams.rows.size(); ++s) {
    const std::size_t number = s + static_cast<std::size_t>(batch) * streams.rows.size();
    fill_normal(plan.value(input).rows(first, streams.rows[s]).span(), step,
                "stream " + std::to_string(number));
    first += streams.rows[s];
  }
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const std::size_t number = t + static_cast<std::size_t>(batch) * targets.size();
    const Tensor target = plan.value(targets[t]);
    fill_normal(target.span(), step, "target " + std::to_string(number));
    for (Index r = 0; missing && r < target.shape[0]; ++r) {
      const bool lacks =
          (number + step) % 4 == 0 || (static_cast<std::size_t>(r) + number) % 3 == 0;
      if (!lacks) continue;
      std::ranges::fill(target.rows(r, 1).span(), std::numeric_limits<real>::quiet_NaN());
    }
  }
}

void Model::sweep(std::uint64_t step) {
  fill(step);
  plan.forward(step);
  plan.backward(ones(plan.tasks()), ones(plan.tasks()));
}

std::vector<double> gradients(Plan& plan, Domain domain) {
  std::vector<double> all;
  for (const Parameter* p : plan.parameters()) {
    if (p->domain != domain) continue;
    // beta = 0 must overwrite whatever is there.
    std::vector<real> g(static_cast<std::size_t>(p->value.size()),
                        std::numeric_limits<real>::quiet_NaN());
    if (!plan.gradient(*p, {.data = g.data(), .alpha = 1.0, .beta = 0.0})) g.assign(g.size(), 0);
    all.insert(all.end(), g.begin(), g.end());
  }
  return all;
}

std::vector<double> ones(int count) {
  return std::vector<double>(static_cast<std::size_t>(count), 1.0);
}

std::vector<double> unit(int count, int at) {
  std::vector<double> e(static_cast<std::size_t>(count), 0.0);
  e[static_cast<std::size_t>(at)] = 1.0;
  return e;
}

std::vector<std::vector<double>> jacobian(Model& model, std::uint64_t step) {
  std::vector<std::vector<double>> rows;
  const int tasks = model.plan.tasks();
  for (int t = 0; t < tasks; ++t) {
    model.sweep(step);
    model.plan.weigh(unit(tasks, t), unit(tasks, t));
    rows.push_back(gradients(model.plan, Domain::shared));
  }
  return rows;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double relative_error(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double worst = 0.0, largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) {
      return std::numeric_limits<double>::infinity();
    }
    worst = std::max(worst, std::abs(a[i] - b[i]));
    largest = std::max(largest, std::abs(b[i]));
  }
  return largest > 0.0 ? worst / largest : worst;
}

}  // namespace espalier::test

using namespace espalier;
using namespace espalier::test;

TEST_CASE("the model's numbers depend on step and name, not on the plan's geometry") {
  ParameterStore store(1);
  Model all = make_model(store, mixed_inputs(4), {}, {.lanes = LaneMode::per_task});
  Model one = make_model(store, mixed_inputs(4), {.only = {3}}, {});
  const auto numbers = [](const Model& model, Var v) {
    const auto span = model.plan.value(v).span();
    return std::vector<real>(span.begin(), span.end());
  };
  all.fill(5);
  one.fill(5);
  CHECK(numbers(all, all.input) == numbers(one, one.input));
  CHECK(numbers(all, all.targets[3]) == numbers(one, one.targets[3]));
  const auto before = numbers(all, all.input);
  all.fill(6);
  CHECK(numbers(all, all.input) != before);
}
