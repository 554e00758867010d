// Times the training step of an experiment, phase by phase, and the bare matrix products it
// contains.
//
//   bench_step EXPERIMENT [key=value ...] [--steps N] [--dump FOLDER]
//
// prints one JSON object: median milliseconds of a step and of its phases, examples/s, the sum of
// the bare products (forward, input gradient, parameter gradient of every linear and conv op, as
// library gemms on operands of the same sizes) and the ratio of the step to it. With --dump it
// writes the initial weights and the batches and losses of the first ten steps, for peers/.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "experiment/prepared.hpp"
#include "experiment/safetensors.hpp"
#include "tensor/blas.hpp"

namespace espalier {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::ordered_json;
constexpr int kComparedSteps = 10;

double milliseconds(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

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

/// One matrix product of the step: C (m, n) = A (m, k) B (k, n).
struct Product {
  Index m, n, k;
};

// The products of every op with a weight: forward, input gradient (where one is needed), parameter
// gradient. A convolution is counted as the product of its unfolded windows.
std::vector<Product> products_of(const Plan& plan) {
  std::vector<Product> products;
  bool first = true;
  for (const Tape::Node& node : plan.tape().nodes()) {
    if (node.op == nullptr || node.op->parameters().empty()) continue;
    const Shape& w = node.op->parameters()[0]->value.shape;
    if (w.rank() < 2) continue;
    const Index o = w[0], i = w.row_size();
    const Index rows = plan.tape().shape(node.output).size() / o;
    products.push_back({rows, o, i});
    if (!first) products.push_back({rows, i, o});
    products.push_back({o, i, rows});
    first = false;
  }
  return products;
}

double bare_products_ms(const Plan& plan, int repetitions) {
  const std::vector<Product> products = products_of(plan);
  double total = 0.0;
  for (const Product& p : products) {
    std::vector<real> a(static_cast<std::size_t>(p.m * p.k), real{0.5});
    std::vector<real> b(static_cast<std::size_t>(p.k * p.n), real{0.5});
    std::vector<real> c(static_cast<std::size_t>(p.m * p.n));
    std::vector<double> times;
    for (int r = 0; r < repetitions; ++r) {
      const auto begin = Clock::now();
      blas::gemm(blas::Transpose::no, blas::Transpose::no, p.m, p.n, p.k, 1.0, a.data(), p.k,
                 b.data(), p.n, 0.0, c.data(), p.n);
      times.push_back(milliseconds(begin));
    }
    total += median(times);
  }
  return total;
}

void write_bytes(const std::string& path, const void* data, std::size_t bytes) {
  std::ofstream(path, std::ios::binary)
      .write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
}

// Batches as raw little-endian numbers: batch-<step>-<stream>.f32, batch-<step>-<task>.i32.
void dump_batch(const Prepared& run, const std::string& folder, int step) {
  const std::uint64_t epoch = run.trainer->state().epoch;
  for (const Stream& stream : run.data) {
    BatchOrder order(static_cast<std::uint64_t>(run.spec.seed), stream.name, stream.train.rows,
                     run.spec.train.batch);
    const auto rows = order.rows(epoch, run.trainer->state().step_in_epoch);
    const ColumnData& input = *stream.train.find(stream.input);
    std::vector<real> x(rows.size() * static_cast<std::size_t>(input.sample.size()));
    gather(input, rows, x.data());
    write_bytes(text::cat(folder, "/batch-", step, "-", stream.name, ".f32"), x.data(),
                x.size() * sizeof(real));
    for (const int t : stream.tasks) {
      const RunTask& task = run.tasks[static_cast<std::size_t>(t)];
      std::vector<std::int32_t> y(rows.size());
      gather(*stream.train.find(task.target), rows, y.data());
      write_bytes(text::cat(folder, "/batch-", step, "-", task.name, ".i32"), y.data(),
                  y.size() * sizeof(std::int32_t));
    }
  }
}

ordered_json compared_steps(Prepared& run, const std::string& folder) {
  std::filesystem::create_directories(folder);
  write_safetensors(folder + "/initial.safetensors", model_tensors(*run.store), {});
  ordered_json losses = ordered_json::array();
  for (int step = 0; step < kComparedSteps; ++step) {
    dump_batch(run, folder, step);
    run.trainer->step();
    ordered_json of_step;
    for (std::size_t t = 0; t < run.tasks.size(); ++t) {
      of_step[run.tasks[t].name] = run.trainer->losses()[t];
    }
    losses.push_back(of_step);
  }
  return losses;
}

void advance(Trainer& trainer) {
  if (trainer.epoch_finished()) trainer.next_epoch();
  trainer.step();
}

ordered_json measure(Prepared& run, int steps) {
  constexpr int kWarmUp = 5;
  for (int i = 0; i < kWarmUp; ++i) advance(*run.trainer);
  std::vector<double> total;
  std::vector<std::vector<double>> phases(PhaseClock::total);
  for (int i = 0; i < steps; ++i) {
    const std::vector<double> before = run.clock->state();
    const auto begin = Clock::now();
    advance(*run.trainer);
    total.push_back(milliseconds(begin));
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
  const double bare = bare_products_ms(run.trainer->plan(), 7);
  result["bare_products_ms"] = bare;
  result["step_over_bare_products"] = median(total) / bare;
  return result;
}

int bench(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  const auto run = prepare(arguments.request);
  ordered_json result;
  result["experiment"] = run->spec.name;
  result["threads"] = run->spec.threads;
  result["blas_core"] = blas::core_name();
  if (!arguments.dump.empty()) result["losses"] = compared_steps(*run, arguments.dump);
  result.update(measure(*run, arguments.steps));
  std::cout << result.dump(2) << '\n';
  return 0;
}

}  // namespace
}  // namespace espalier

int main(int argc, char** argv) {
  try {
    return espalier::bench(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "bench_step: " << error.what() << '\n';
    return 2;
  }
}
