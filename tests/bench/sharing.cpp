// The price of sharing: the step of each strategy against that of hard sharing, on the brief's
// trunk, two tasks with inputs of their own or on one common input. Prints a line for each with
// medians of interleaved steps, their ratio, and the ratio to k: how many trunks' worth of
// parameters the strategy has.
//
//   bench_sharing [own|common|both] [strategy,strategy,...|all] [rounds]    (default: both all 7)
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "autograd/plan.hpp"
#include "espalier/layers.hpp"
#include "experiment/config_choice.hpp"
#include "experiment/spec_parts.hpp"
#include "experiment/spec_read.hpp"
#include "experiment/yaml_parse.hpp"
#include "nn/parameter_store.hpp"
#include "optim/updater.hpp"
#include "sharing/trunk_recorder.hpp"
#include "tensor/blas.hpp"

namespace espalier {
namespace {

using Clock = std::chrono::steady_clock;
constexpr Index kBatch = 64;
constexpr int kTasks = 2;

constexpr const char* kExperiment = R"(
name: bench
data: { d: { source: none } }
trunk:
  input: [1, 28, 28]
  stages:
    - { name: conv1, layers: [{ conv: { channels: 32, kernel: 3 } }, relu, { max_pool: 2 }] }
    - { name: conv2, layers: [{ conv: { channels: 64, kernel: 3 } }, relu, { max_pool: 2 }] }
    - { name: dense, layers: [{ linear: 4096 }, relu, { linear: 1024 }, relu] }
tasks: { a: { plugin: digits, data: d } }
optimizer: { sgd: 0.01 }
)";

/// One strategy's model with plain SGD.
class Contender {
 public:
  Contender(const std::string& strategy, bool own) : store_(1) {
    ConfigNode root = parse_yaml(kExperiment, "bench.yaml");
    root.set("sharing", ConfigNode::make_text(strategy));
    spec_ = read_spec(root);
    Tape tape(/*training=*/true);
    std::vector<StreamRows> streams;
    for (int s = 0; s < (own ? kTasks : 1); ++s) streams.push_back({s, kBatch});
    input_ = tape.input("input", {28, 28, 1}, Dtype::floating, streams);
    std::vector<TaskSlot> slots;
    for (int t = 0; t < kTasks; ++t) slots.push_back({t, t, own ? t : 0});
    TrunkRecorder recorder({tape, store_, names_, Domain::shared, "trunk"}, input_,
                           spec_.trunk.stages, names_, {1, 100});
    const std::vector<Var> features = recorder.record(stage_blocks(spec_), slots);
    for (int t = 0; t < kTasks; ++t) {
      const TaskSlot& slot = slots[static_cast<std::size_t>(t)];
      labels_.push_back(tape.input("labels", {1}, Dtype::integer, {{slot.stream, kBatch}}));
      tape.enter(t, "heads");
      const Net head(tape, store_, names_, Domain::task,
                     "heads/" + names_[static_cast<std::size_t>(t)]);
      const Var y = linear(head, "output", features[static_cast<std::size_t>(t)], {.units = 26});
      tape.loss(t, cross_entropy(tape, y, labels_.back()));
    }
    plan_ = std::make_unique<Plan>(std::move(tape), PlanOptions{.fused = true});
    const OptimizerRule rule{"", spec_.optimizers[0].optimizer.object.get()};
    updater_ = std::make_unique<Updater>(plan_->parameters(), std::span(&rule, 1));
    fill();
  }

  double step() {
    const auto begin = Clock::now();
    const std::vector<double>& ones = ones_;
    plan_->forward(step_++);
    plan_->backward(ones, ones);
    plan_->weigh(ones, ones);
    updater_->step(*plan_, 1.0);
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  }

  double parameters() const {
    double sum = 0.0;
    for (const Parameter* p : plan_->parameters()) sum += static_cast<double>(p->value.size());
    return sum;
  }

 private:
  void fill() {
    RandomStream random(2, "input");
    for (real& x : plan_->value(input_).span()) x = static_cast<real>(random.uniform());
    for (const Var labels : labels_) {
      for (std::int32_t& label : plan_->indices(labels)) {
        label = static_cast<std::int32_t>(random.below(26));
      }
    }
  }

  std::vector<std::string> names_ = {"a", "b"};
  std::vector<double> ones_ = std::vector<double>(kTasks, 1.0);
  ExperimentSpec spec_;
  ParameterStore store_;
  Var input_;
  std::vector<Var> labels_;
  std::unique_ptr<Plan> plan_;
  std::unique_ptr<Updater> updater_;
  std::uint64_t step_ = 0;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void compare(const std::string& strategy, bool own, int rounds) {
  Contender hard("hard", own), other(strategy, own);
  std::vector<double> hard_ms, other_ms, ratios;
  constexpr int kWarmUp = 2;
  for (int round = 0; round < rounds + kWarmUp; ++round) {
    const double a = hard.step(), b = other.step();
    if (round < kWarmUp) continue;
    hard_ms.push_back(a);
    other_ms.push_back(b);
    ratios.push_back(b / a);
  }
  const double k = other.parameters() / hard.parameters();
  std::printf("%-6s %-16s hard %7.2f ms  %8.2f ms  ratio %.2f  k %.2f  ratio / k %.2f\n",
              own ? "own" : "common", strategy.c_str(), median(hard_ms), median(other_ms),
              median(ratios), k, median(ratios) / k);
  std::fflush(stdout);
}

std::vector<std::string> strategies_of(const std::string& list) {
  if (list == "all") return names_of(sharing_table());
  std::vector<std::string> all;
  std::istringstream in(list);
  for (std::string name; std::getline(in, name, ',');) all.push_back(name);
  return all;
}

}  // namespace
}  // namespace espalier

int main(int argc, char** argv) {
  using namespace espalier;
  const std::string inputs = argc > 1 ? argv[1] : "both";
  const std::string strategies = argc > 2 ? argv[2] : "all";
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 7;
  blas::set_threads(2);
  for (const bool own : {true, false}) {
    if (inputs != "both" && (inputs == "own") != own) continue;
    for (const std::string& strategy : strategies_of(strategies)) compare(strategy, own, rounds);
  }
  return 0;
}
