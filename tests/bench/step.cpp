// Times the training step of an experiment, phase by phase, and sets it beside the bare matrix
// products it contains and beside the machine's limit.
//
//   bench_step EXPERIMENT [key=value ...] [--steps N] [--dump FOLDER]
//
// prints one JSON object: median milliseconds of a step and of its phases, examples/s, memory
// (resident peak of this process, planned for a step); the sum of the bare products (forward, input
// gradient, parameter gradient of every linear and conv op, as single products (blas::gemm) on
// operands of the same sizes, in fp32 whatever `precision` is) and the step as a ratio to it; the
// step's work, the measured peaks of fp32,
// and the limit on paper that follows. `first_step_at` is the time (seconds since 1970) when the
// first step was done.
// --steps 0 ends there. With --dump it writes the initial weights and the batches and losses of the
// first ten steps, for peers/.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dump.hpp"
#include "tensor/blas.hpp"
#include "work.hpp"

namespace espalier::bench {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::ordered_json;
constexpr int kComparedSteps = 10;
constexpr double kMebibyte = 1024.0 * 1024.0;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Arguments {
  RunRequest request;
  int steps = 30;
  std::string dump;
};

Arguments parse(int argc, char** argv) {
  Arguments a;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--steps" && i + 1 < argc) {
      a.steps = std::stoi(argv[++i]);
    } else if (word == "--dump" && i + 1 < argc) {
      a.dump = argv[++i];
    } else if (a.request.file.empty()) {
      a.request.file = word;
    } else {
      a.request.overrides.push_back(word);
    }
  }
  return a;
}

void advance(Trainer& trainer) {
  if (trainer.epoch_finished()) trainer.next_epoch();
  trainer.step();
}

double peak_resident_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

ordered_json measure_steps(Prepared& run, int steps) {
  constexpr int kWarmUp = 5;
  for (int i = 0; i < kWarmUp; ++i) advance(*run.trainer);
  std::vector<double> total;
  std::vector<std::vector<double>> phases(PhaseClock::total);
  for (int i = 0; i < steps; ++i) {
    const std::vector<double> before = run.clock->state();
    const auto begin = Clock::now();
    advance(*run.trainer);
    total.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    const std::vector<double> after = run.clock->state();
    for (std::size_t p = 0; p < phases.size(); ++p) {
      phases[p].push_back(1000.0 * (after[p] - before[p]));
    }
  }
  ordered_json result;
  result["step_ms"] = median(total);
  result["fastest_ms"] = *std::ranges::min_element(total);
  for (std::size_t p = 0; p < phases.size(); ++p) {
    result[std::string(PhaseClock::kNames[p]) + "_ms"] = median(phases[p]);
  }
  const double examples = static_cast<double>(run.trainer->examples_per_step());
  result["examples_per_second"] = 1000.0 * examples / median(total);
  return result;
}

Index state_numbers(const Prepared& run) {
  Index numbers = 0;
  for (const auto& block : run.trainer->updater().state()) numbers += block.value.size();
  return numbers;
}

// Last: what it allocates is no part of the step's memory.
ordered_json measure_limits(const Prepared& run, double step_ms) {
  const Plan& plan = run.trainer->plan();
  const double bare = bare_products_ms(plan, 7);
  const Work work = work_of(plan, state_numbers(run));
  const Peak peak = measure_peak();
  const double limit = limit_ms(work, peak);
  return {{"bare_products_ms", bare},
          {"step_over_bare_products", step_ms / bare},
          {"step_gflop", 1e-9 * work.flops},
          {"weight_mb", 1e-6 * work.weight_bytes},
          {"state_mb", 1e-6 * work.state_bytes},
          {"activation_mb", 1e-6 * work.activation_bytes},
          {"peak_gflops", peak.gflops},
          {"peak_gbytes", peak.gbytes},
          {"limit_ms", limit},
          {"step_over_limit", step_ms / limit}};
}

int run(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  const auto run = prepare(arguments.request);
  ordered_json result;
  result["experiment"] = run->spec.name;
  result["threads"] = run->spec.threads;
  result["blas_core"] = blas::core_name();
  result["streams"] = streams_of(*run);
  if (arguments.dump.empty()) {
    advance(*run->trainer);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    result["first_step_at"] = std::chrono::duration<double>(now).count();
  } else {
    result["losses"] = dump_steps(*run, arguments.dump, kComparedSteps);
  }
  if (arguments.steps > 0) result.update(measure_steps(*run, arguments.steps));
  result["planned_mib"] = static_cast<double>(run->trainer->planned_bytes()) / kMebibyte;
  result["peak_resident_mib"] = peak_resident_mib();
  if (arguments.steps > 0) result.update(measure_limits(*run, result["step_ms"]));
  std::cout << result.dump(2) << '\n';
  return 0;
}

}  // namespace
}  // namespace espalier::bench

int main(int argc, char** argv) {
  try {
    return espalier::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "bench_step: " << error.what() << '\n';
    return 2;
  }
}
