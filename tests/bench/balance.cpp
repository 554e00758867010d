// The price of balancing: the step of equal weights against that of PCGrad, T tasks with inputs of
// their own or one common input, on the brief's trunk. Prints one line for each T with medians of
// interleaved steps and their ratio.
//
//   bench_balance [own|common] [T ...]      (default: own 2 8, common 2 8)
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "autograd/plan.hpp"
#include "balance/balancer.hpp"
#include "espalier/layers.hpp"
#include "nn/parameter_store.hpp"
#include "tensor/blas.hpp"

namespace espalier {
namespace {

using Clock = std::chrono::steady_clock;
constexpr Index kBatch = 64;
constexpr double kRate = 0.01;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

Var trunk(const Net& net, Var x) {
  x = max_pool(net, relu(net, conv(net, "conv1", x, {.channels = 32})), {});
  x = max_pool(net, relu(net, conv(net, "conv2", x, {.channels = 64})), {});
  x = relu(net, linear(net, "fc1", flatten(net, x), {.units = 4096}));
  return relu(net, linear(net, "fc2", x, {.units = 1024}));
}

Tape record(ParameterStore& store, const std::vector<std::string>& names, int tasks, bool own) {
  Tape tape(/*training=*/true);
  std::vector<StreamRows> streams;
  for (int s = 0; s < (own ? tasks : 1); ++s) streams.push_back({s, kBatch});
  const Var x = tape.input("input", {28, 28, 1}, Dtype::floating, streams);
  const Var features = trunk(Net(tape, store, names, Domain::shared, "trunk"), x);
  for (int t = 0; t < tasks; ++t) {
    const int stream = own ? t : 0;
    const Var labels = tape.input("labels", {1}, Dtype::integer, {{stream, kBatch}});
    const Net head(tape, store, names, Domain::task, "heads/" + std::to_string(t));
    const Var logits = linear(head, "output", tape.select(features, stream, t), {.units = 26});
    tape.loss(t, cross_entropy(tape, logits, labels));
  }
  return tape;
}

/// A model with one balancer; plain SGD on everything.
class Contender {
 public:
  Contender(std::unique_ptr<Balancer> balancer, int tasks, bool own)
      : names_(static_cast<std::size_t>(tasks), "s"),
        store_(1),
        balancer_(std::move(balancer)),
        plan_(record(store_, names_, tasks, own),
              {.lanes = balancer_->needs().gram ? LaneMode::per_task : LaneMode::one,
               .gram = balancer_->needs().gram}),
        ones_(static_cast<std::size_t>(tasks), 1.0),
        weights_(ones_),
        gram_(static_cast<std::size_t>(tasks * tasks)),
        random_(1, "bench") {
    RandomStream random(2, "input");
    for (std::size_t v = 0; v < plan_.tape().values().size(); ++v) {
      const Var var{static_cast<int>(v)};
      if (plan_.tape().value(var).producer >= 0) continue;
      if (plan_.tape().value(var).info.dtype == Dtype::integer) {
        for (std::int32_t& label : plan_.indices(var)) {
          label = static_cast<std::int32_t>(random.below(26));
        }
      } else {
        for (real& number : plan_.value(var).span()) number = static_cast<real>(random.uniform());
      }
    }
  }

  double step() {
    const auto begin = Clock::now();
    plan_.forward(++step_);
    plan_.backward(ones_, ones_);
    if (balancer_->needs().gram) plan_.gram(gram_);
    balancer_->weigh({.losses = ones_, .gram = gram_, .random = &random_}, weights_);
    plan_.weigh(weights_, ones_);
    for (Parameter* p : plan_.parameters()) {
      plan_.gradient(*p, {.data = p->value.data, .alpha = -kRate, .beta = 1.0});
    }
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  }

 private:
  std::vector<std::string> names_;
  ParameterStore store_;
  std::unique_ptr<Balancer> balancer_;
  Plan plan_;
  std::vector<double> ones_, weights_, gram_;
  RandomStream random_;
  std::uint64_t step_ = 0;
};

std::unique_ptr<Balancer> balancer_named(std::string_view name) {
  for (const BalancerEntry& entry : balancer_table()) {
    if (entry.name == name) return entry.make();
  }
  std::abort();
}

void compare(bool own, int tasks) {
  Contender equal(balancer_named("equal"), tasks, own),
      pcgrad(balancer_named("pcgrad"), tasks, own);
  std::vector<double> equal_ms, pcgrad_ms;
  constexpr int kRounds = 15, kWarmUp = 3;
  for (int round = 0; round < kRounds + kWarmUp; ++round) {
    const double a = equal.step(), b = pcgrad.step();
    if (round < kWarmUp) continue;
    equal_ms.push_back(a);
    pcgrad_ms.push_back(b);
  }
  std::printf("%-7s T=%-3d equal %8.2f ms  pcgrad %8.2f ms  ratio %.3f\n", own ? "own" : "common",
              tasks, median(equal_ms), median(pcgrad_ms), median(pcgrad_ms) / median(equal_ms));
}

}  // namespace
}  // namespace espalier

int main(int argc, char** argv) {
  const char* const threads = std::getenv("ESPALIER_THREADS");
  espalier::blas::set_threads(threads != nullptr ? std::atoi(threads) : 2);
  std::vector<int> counts;
  for (int i = 2; i < argc; ++i) counts.push_back(std::atoi(argv[i]));
  if (counts.empty()) counts = {2, 8};
  const std::string kind = argc > 1 ? argv[1] : "both";
  for (const int tasks : counts) {
    if (kind != "common") espalier::compare(/*own=*/true, tasks);
    if (kind != "own") espalier::compare(/*own=*/false, tasks);
  }
  return 0;
}
