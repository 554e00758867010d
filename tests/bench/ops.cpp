// Google Benchmark: forward, backward and parameter gradient of every kind of op at three sizes,
// with GFLOP/s (ops with weights) or GB/s (the others).
#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <vector>

#include "autograd/plan.hpp"
#include "espalier/layers.hpp"
#include "nn/parameter_store.hpp"
#include "tensor/blas.hpp"

namespace espalier {
namespace {

using Build = std::function<Var(const Net&, Var)>;

struct OpBench {
  std::string name;
  Shape sample;
  Build build;
};

/// The op between a 1-to-1 scale, so that it has an input gradient, and a mean as its loss.
struct Bench {
  ParameterStore store{1};
  std::vector<std::string> streams = {"s"};
  Var input{};
  std::unique_ptr<Plan> plan;

  Bench(const OpBench& op, Index rows) {
    Tape tape(/*training=*/true);
    input = tape.input("x", op.sample, Dtype::floating, {{0, rows}});
    const Net net(tape, store, streams, Domain::shared, "bench");
    // A trainable scale in front gives the op an input that wants a gradient.
    Parameter& scale_of =
        net.parameter("front/scale", {op.sample[-1]}, {Initializer::Kind::constant, 1.0});
    Parameter& shift_of =
        net.parameter("front/shift", {op.sample[-1]}, {Initializer::Kind::constant, 0.0});
    const Var front = espalier::layer_norm(tape, input, scale_of, shift_of);
    tape.loss(0, mean(tape, op.build(net, front)));
    plan = std::make_unique<Plan>(std::move(tape));
    RandomStream random(3, "x");
    for (real& number : plan->value(input).span()) number = static_cast<real>(random.normal());
  }
};

void run(benchmark::State& state, const OpBench& op) {
  Bench bench(op, state.range(0));
  const std::vector<double> ones = {1.0};
  std::uint64_t step = 0;
  std::vector<real> gradient;
  for (Parameter* p : bench.plan->parameters()) {
    gradient.resize(std::max(gradient.size(), static_cast<std::size_t>(p->value.size())));
  }
  for (auto _ : state) {
    bench.plan->forward(++step);
    bench.plan->backward(ones, ones);
    bench.plan->weigh(ones, ones);
    for (Parameter* p : bench.plan->parameters()) {
      bench.plan->gradient(*p, {.data = gradient.data(), .alpha = 1.0, .beta = 0.0});
    }
    benchmark::DoNotOptimize(gradient.data());
  }
  // Forward, input gradient and parameter gradient cost about the same.
  state.counters["GFLOP/s"] = benchmark::Counter(
      3.0 * bench.plan->forward_flops() * static_cast<double>(state.iterations()) * 1e-9,
      benchmark::Counter::kIsRate);
  const double numbers = static_cast<double>(op.sample.size() * state.range(0));
  state.SetBytesProcessed(static_cast<std::int64_t>(static_cast<double>(state.iterations()) *
                                                    numbers * 4.0 * sizeof(real)));
}

std::vector<OpBench> all() {
  const Shape image = {28, 28, 32}, vector = {1024};
  return {
      {"linear_1024", vector,
       [](const Net& n, Var x) { return linear(n, "l", x, {.units = 1024}); }},
      {"conv_3x3_64",
       {14, 14, 32},
       [](const Net& n, Var x) { return conv(n, "c", x, {.channels = 64}); }},
      {"max_pool_2", image, [](const Net& n, Var x) { return max_pool(n, x); }},
      {"average_pool_2", image, [](const Net& n, Var x) { return average_pool(n, x); }},
      {"relu", image, [](const Net& n, Var x) { return relu(n, x); }},
      {"tanh", image, [](const Net& n, Var x) { return tanh(n, x); }},
      {"sigmoid", image, [](const Net& n, Var x) { return sigmoid(n, x); }},
      {"gelu", image, [](const Net& n, Var x) { return gelu(n, x); }},
      {"softmax", vector, [](const Net& n, Var x) { return softmax(n, x); }},
      {"log_softmax", vector, [](const Net& n, Var x) { return log_softmax(n, x); }},
      {"add", image, [](const Net& n, Var x) { return add(n, x, x); }},
      {"multiply", image, [](const Net& n, Var x) { return multiply(n, x, x); }},
      {"concat", image,
       [](const Net& n, Var x) {
         return concat(n, {x, x}, -1);
       }},
      {"dropout", image, [](const Net& n, Var x) { return dropout(n, "d", x, 0.5); }},
      {"batch_norm", image, [](const Net& n, Var x) { return batch_norm(n, "b", x); }},
      {"layer_norm", vector, [](const Net& n, Var x) { return layer_norm(n, "ln", x); }},
      {"mean_axis", image, [](const Net& n, Var x) { return mean(n, x, 1); }},
  };
}

// Bare peaks of this machine, to read the rates against.
void gemm_peak(benchmark::State& state) {
  const Index n = 2048;
  std::vector<real> a(static_cast<std::size_t>(n * n), real{1}), b = a, c = a;
  for (auto _ : state) {
    blas::gemm(blas::Transpose::no, blas::Transpose::no, n, n, n, 1.0, a.data(), n, b.data(), n,
               0.0, c.data(), n);
  }
  state.counters["GFLOP/s"] = benchmark::Counter(
      2e-9 * static_cast<double>(n * n * n) * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate);
}

const bool g_registered = [] {
  const char* const threads = std::getenv("ESPALIER_THREADS");
  blas::set_threads(threads != nullptr ? std::atoi(threads) : 1);
  benchmark::RegisterBenchmark("peak/gemm_2048", gemm_peak)->UseRealTime();
  for (const OpBench& op : all()) {
    benchmark::RegisterBenchmark(("op/" + op.name).c_str(),
                                 [op](benchmark::State& state) { run(state, op); })
        ->Arg(1)
        ->Arg(16)
        ->Arg(128)
        ->UseRealTime();
  }
  return true;
}();

}  // namespace
}  // namespace espalier
