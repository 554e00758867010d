// The price of balancing: the step of each method against that of equal weights, T tasks with
// inputs of their own or on one common input, on the brief's trunk or one of LeNet's size. Prints a
// line for each method and T with medians of interleaved steps and their ratio, and the planned
// memory.
//
//   bench_balance [own|common|both] [cnn|lenet] [T,T,...] [method,method,...|all] [rounds]
//   (default: both cnn 2,8 pcgrad 15)
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "autograd/turns.hpp"
#include "balance/balancer.hpp"
#include "espalier/layers.hpp"
#include "experiment/backward/pass.hpp"
#include "nn/parameter_store.hpp"
#include "tensor/blas.hpp"

namespace espalier {
namespace {

using Clock = std::chrono::steady_clock;
constexpr Index kBatch = 64;
// Hardly moves: units that fall silent in training are left out of products, and with some weights
// of the tasks more of them do than with others.
constexpr double kRate = 1e-6;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Case {
  bool own;
  bool lenet;
  int tasks;
};

Var trunk(const Net& net, Var x, bool lenet) {
  if (lenet) {
    x = max_pool(net, relu(net, conv(net, "conv1", x, {.channels = 10, .kernel = 5})), {});
    x = max_pool(net, relu(net, conv(net, "conv2", x, {.channels = 20, .kernel = 5})), {});
    return relu(net, linear(net, "fc", flatten(net, x), {.units = 50}));
  }
  x = max_pool(net, relu(net, conv(net, "conv1", x, {.channels = 32})), {});
  x = max_pool(net, relu(net, conv(net, "conv2", x, {.channels = 64})), {});
  x = relu(net, linear(net, "fc1", flatten(net, x), {.units = 4096}));
  return relu(net, linear(net, "fc2", x, {.units = 1024}));
}

/// The model of a case over `batches` of a step's batches from `first` on. Streams and tasks are
/// numbered batch by batch.
PlannedModel plan(const Case& c, ParameterStore& store, const std::vector<std::string>& names,
                  int first, int batches, PlanOptions options) {
  Tape tape(/*training=*/true);
  PlannedModel model;
  const int streams = c.own ? c.tasks : 1;
  const int last = first + batches;
  for (int s = streams * first; s < streams * last; ++s) model.streams.push_back({s, kBatch});
  model.input = tape.input("input", {28, 28, 1}, Dtype::floating, model.streams);
  const Var features =
      trunk(Net(tape, store, names, Domain::shared, "trunk"), model.input, c.lenet);
  std::vector<Var> own;
  for (int t = c.tasks * first; t < c.tasks * last; ++t) {
    own.push_back(tape.select(features, c.own ? t : t / c.tasks, t));
  }
  for (int t = c.tasks * first; t < c.tasks * last; ++t) {
    const int stream = c.own ? t : t / c.tasks;
    TaskVars vars;
    vars.task = t;
    vars.target = tape.input("labels", {1}, Dtype::integer, {{stream, kBatch}});
    const std::string scope = "heads/" + std::to_string(t % c.tasks);
    tape.enter(t, scope);
    const Net head(tape, store, names, Domain::task, scope);
    Var x = own[static_cast<std::size_t>(t - c.tasks * first)];
    vars.prediction = linear(head, "output", x, {.units = 26});
    tape.loss(t, cross_entropy(tape, vars.prediction, vars.target));
    model.tasks.push_back(vars);
  }
  options.fused = true;
  model.plan = std::make_unique<Plan>(std::move(tape), options);
  return model;
}

/// The numbers of a model's inputs.
struct Batch {
  std::vector<real> input;
  std::vector<std::int32_t> labels;  // task by task

  explicit Batch(const PlannedModel& model) : input(model.plan->value(model.input).span().size()) {
    RandomStream random(2, "input");
    for (real& number : input) number = static_cast<real>(random.uniform());
    labels.resize(model.tasks.size() * model.plan->indices(model.tasks[0].target).size());
    for (std::int32_t& label : labels) label = static_cast<std::int32_t>(random.below(26));
  }

  void fill(PlannedModel& model) const {
    std::ranges::copy(input, model.plan->value(model.input).data);
    auto label = labels.begin();
    for (const TaskVars& task : model.tasks) {
      for (std::int32_t& number : model.plan->indices(task.target)) number = *label++;
    }
  }
};

std::unique_ptr<Balancer> balancer_named(std::string_view name) {
  for (const BalancerEntry& entry : balancer_table()) {
    if (entry.name == name) return entry.make();
  }
  std::fprintf(stderr, "bench_balance: no method %s\n", std::string(name).c_str());
  std::exit(2);
}

BalanceConventions conventions_of(const Balancer& method) {
  BalanceConventions conventions;
  method.conventions(conventions);
  return conventions;
}

std::vector<std::string> numbered(int count) {
  std::vector<std::string> names;
  for (int t = 0; t < count; ++t) names.push_back(std::to_string(t));
  return names;
}

/// A model with one method; plain SGD on everything.
class Contender {
 public:
  Contender(const std::string& name, const Case& c)
      : streams_(static_cast<std::size_t>(c.tasks * 3), "s"),
        names_(numbered(c.tasks)),
        store_(1),
        method_(balancer_named(name)),
        conventions_(conventions_of(*method_)),
        weigher_(*method_, name, conventions_, names_, 1),
        present_(names_.size(), 1),
        losses_(names_.size(), 1.0) {
    tools_.tasks = names_.size();
    tools_.fill = [](PlannedModel&, BilevelProblem::Batch) {};  // batches are as good as any other
    tools_.run_up = [this](PlannedModel& further) { further.plan->forward(step_); };
    tools_.rate = kRate;
    const Needs needs = method_->needs();
    pass_ = make_pass(tools_, needs, conventions_);
    const auto turns = std::make_shared<Turns>();
    PlanOptions own = pass_->plan_options();
    if (pass_->looks_ahead()) own.turns = turns;
    model_ = plan(c, store_, streams_, 0, 1, own);
    std::vector<PlanOptions> options = pass_->further_options(*model_.plan);
    const int plans = static_cast<int>(options.size());
    for (int k = 0; k < plans; ++k) {
      const int batches = (needs.batches - 1) / plans;
      options[static_cast<std::size_t>(k)].turns = turns;
      further_.push_back(plan(c, store_, streams_, 1 + k * batches, batches,
                              options[static_cast<std::size_t>(k)]));
    }
    if (plans > 0) turns->settle();
    Batch(model_).fill(model_);
    for (PlannedModel& further : further_) batches_.emplace_back(further);
    pass_->pair(further_);
    tools_.further = further_;
    pass_->begin(*model_.plan, weigher_);
  }

  /// Milliseconds, without those of data.
  double step() {
    for (std::size_t k = 0; k < further_.size(); ++k) batches_[k].fill(further_[k]);
    const auto begin = Clock::now();
    Plan& plan = *model_.plan;
    pass_->look_ahead(task_step(), weigher_);
    plan.forward(step_);
    for (std::size_t t = 0; t < losses_.size(); ++t) {
      losses_[t] = static_cast<double>(plan.loss(static_cast<int>(t)));
    }
    pass_->run(model_, task_step(), weigher_);
    for (Parameter* p : plan.parameters()) {
      plan.gradient(*p, {.data = p->value.data, .alpha = -kRate, .beta = 1.0});
    }
    if (method_->needs().losses_after_update) {
      plan.forward(step_, /*replay=*/true);
      weigher_.after_update(task_step());
    }
    ++step_;
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  }

  double mebibytes() const {
    std::size_t bytes = model_.plan->arena_bytes();
    for (const PlannedModel& further : further_) bytes += further.plan->arena_bytes();
    return static_cast<double>(bytes) / 1048576.0;
  }
  double weight_mebibytes() const {
    double bytes = 0.0;
    for (const Parameter* p : model_.plan->parameters()) {
      bytes += static_cast<double>(p->value.size()) * sizeof(real);
    }
    return bytes / 1048576.0;
  }

 private:
  TaskStep task_step() const {
    return {.losses = losses_, .present = present_, .gram = {}, .step = step_};
  }

  std::vector<std::string> streams_, names_;
  ParameterStore store_;
  std::unique_ptr<Balancer> method_;
  BalanceConventions conventions_;
  Weigher weigher_;
  PassTools tools_;
  std::unique_ptr<BackwardPass> pass_;
  PlannedModel model_;
  std::vector<PlannedModel> further_;
  std::vector<Batch> batches_;
  std::vector<char> present_;
  std::vector<double> losses_;
  std::uint64_t step_ = 0;
};

void compare(const Case& c, const std::string& method, int rounds) {
  Contender equal("equal", c), other(method, c);
  std::vector<double> equal_ms, other_ms, ratios;
  constexpr int kWarmUp = 3;
  for (int round = 0; round < rounds + kWarmUp; ++round) {
    const double a = equal.step(), b = other.step();
    if (round < kWarmUp) continue;
    equal_ms.push_back(a);
    other_ms.push_back(b);
    ratios.push_back(b / a);
  }
  const double base = equal.mebibytes() + equal.weight_mebibytes();
  std::printf(
      "%-5s %-7s T=%-3d equal %8.2f ms  %-18s %8.2f ms  ratio %.3f  memory %.0f MiB, %.2f\n",
      c.lenet ? "lenet" : "cnn", c.own ? "own" : "common", c.tasks, median(equal_ms),
      method.c_str(), median(other_ms), median(ratios),
      other.mebibytes() + other.weight_mebibytes(),
      (other.mebibytes() + other.weight_mebibytes()) / base);
  std::fflush(stdout);
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

// Those that this model can carry: no common inputs to rotate, no list of weights.
std::vector<std::string> all_methods() {
  std::vector<std::string> names;
  for (const BalancerEntry& entry : balancer_table()) {
    if (entry.name == "fixed" || entry.make()->needs().rotations > 0) continue;
    names.emplace_back(entry.name);
  }
  return names;
}

}  // namespace
}  // namespace espalier

int main(int argc, char** argv) {
  using namespace espalier;
  const char* const threads = std::getenv("ESPALIER_THREADS");
  blas::set_threads(threads != nullptr ? std::atoi(threads) : 2);
  const auto argument = [&](int i, const char* otherwise) {
    return std::string(argc > i ? argv[i] : otherwise);
  };
  const std::string inputs = argument(1, "both");
  const bool lenet = argument(2, "cnn") == "lenet";
  const std::string methods = argument(4, "pcgrad");
  const int rounds = std::stoi(argument(5, "15"));
  for (const std::string& count : split(argument(3, "2,8"))) {
    for (const std::string& method : methods == "all" ? all_methods() : split(methods)) {
      if (inputs != "common") compare({true, lenet, std::stoi(count)}, method, rounds);
      if (inputs != "own") compare({false, lenet, std::stoi(count)}, method, rounds);
    }
  }
  return 0;
}
