// Google Benchmark: forward, input gradient and parameter gradient of every op of op_table.cpp, at
// 1, 16 and 128 rows, on ESPALIER_THREADS threads (1). Beside the rate (GFLOP/s of matrix products,
// GB/s of the others) stands its share of what the machine does at most, measured before: of
// multiply-and-add in registers, or of a triad over arrays beyond the caches (arrays that fit a
// cache go beyond 100 %).
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <memory>

#include "autograd/plan.hpp"
#include "core/parallel.hpp"
#include "nn/parameter_store.hpp"
#include "op_ends.hpp"
#include "op_table.hpp"
#include "peak.hpp"
#include "tensor/blas.hpp"

namespace espalier::bench {
namespace {

/// One op between ends that take no time.
class Bench {
 public:
  Bench(const OpCase& op, Index rows) {
    Tape tape(/*training=*/true);
    const Net net(tape, store_, streams_, Domain::shared, "bench");
    Parameter& weight = net.parameter("source", {1}, {Initializer::Kind::constant, 1.0});
    std::vector<Var> inputs;
    for (int i = 0; i < op.inputs; ++i) {
      const Var x = tape.input("x" + std::to_string(i), op.sample, Dtype::floating, {{0, rows}});
      inputs.push_back(source(tape, x, weight));
      tape.keep(inputs.back());  // or an op in place would write over it
    }
    const Var y = op.build(net, inputs);
    numbers_out_ = static_cast<double>(tape.shape(y).size());
    numbers_in_ = static_cast<double>(rows * op.sample.size());
    tape.loss(0, sink(tape, y));
    plan_ = std::make_unique<Plan>(std::move(tape), PlanOptions{.spread = true});
    for (Parameter* p : plan_->parameters()) {
      if (p == &weight) continue;
      learned_.push_back(p);
      gradients_.emplace_back(static_cast<std::size_t>(p->value.size()));
    }
  }

  void step() {
    static const std::vector<double> kOnes = {1.0};
    plan_->forward(++steps_);
    plan_->backward(kOnes, kOnes);
    plan_->weigh(kOnes, kOnes);
    for (std::size_t i = 0; i < learned_.size(); ++i) {
      plan_->gradient(*learned_[i], {.data = gradients_[i].data(), .alpha = 1.0, .beta = 0.0});
    }
    benchmark::ClobberMemory();
  }

  // Forward, input gradient and parameter gradient are products of one size.
  double flops() const { return 3.0 * plan_->forward_flops(); }
  double bytes(const OpCase& op) const {
    return sizeof(real) * (op.input_passes * numbers_in_ + op.output_passes * numbers_out_);
  }

 private:
  ParameterStore store_{1};
  std::vector<std::string> streams_ = {"s"};
  std::unique_ptr<Plan> plan_;
  std::vector<Parameter*> learned_;
  std::vector<std::vector<real>> gradients_;
  double numbers_in_ = 0.0, numbers_out_ = 0.0;
  std::uint64_t steps_ = 0;
};

void run(benchmark::State& state, const OpCase& op, const Peak& peak) {
  Bench bench(op, state.range(0));
  bench.step();  // the ends write their numbers
  const auto begin = std::chrono::steady_clock::now();
  for (auto _ : state) bench.step();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const bool product = op.input_passes == 0.0;
  const double of_step = product ? bench.flops() : bench.bytes(op);
  const double rate = 1e-9 * of_step * static_cast<double>(state.iterations()) / seconds.count();
  state.counters[product ? "GFLOP/s" : "GB/s"] = rate;
  state.counters["%peak"] = 100.0 * rate / (product ? peak.gflops : peak.gbytes);
}

void register_all() {
  const char* const threads = std::getenv("ESPALIER_THREADS");
  blas::set_threads(threads != nullptr ? std::atoi(threads) : 1);
  const Peak peak = measure_peak();
  benchmark::AddCustomContext("threads", std::to_string(parallel::threads()));
  benchmark::AddCustomContext("peak GFLOP/s", std::to_string(peak.gflops));
  benchmark::AddCustomContext("peak GB/s", std::to_string(peak.gbytes));
  benchmark::AddCustomContext("OpenBLAS", blas::core_name());
  for (const OpCase& op : op_table()) {
    benchmark::RegisterBenchmark(op.name.c_str(),
                                 [&op, peak](benchmark::State& state) { run(state, op, peak); })
        ->Arg(1)
        ->Arg(16)
        ->Arg(128)
        ->UseRealTime();
  }
}

}  // namespace
}  // namespace espalier::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  espalier::bench::register_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
