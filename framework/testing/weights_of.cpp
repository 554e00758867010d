#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "testing/balancer_subject.hpp"
#include "testing/method_bench.hpp"

namespace espalier::testing {

namespace {

[[noreturn]] void refuse(std::size_t step, const char* expected, std::size_t found) {
  throw ConfigError(
      text::cat("[testing] step ", step + 1, ": expected ", expected, ", found ", found));
}

// Numbers in a row of gradients: of the first that there is.
std::size_t columns_of(const std::vector<Signals>& steps) {
  for (const Signals& step : steps) {
    if (!step.gradients.empty() && !step.gradients[0].empty()) return step.gradients[0].size();
  }
  return kColumns;
}

// The step with every part written out.
Signals completed(Signals step, std::size_t number, std::size_t columns) {
  const std::size_t n = step.losses.size();
  if (n == 0) refuse(number, "one loss or more", n);
  if (step.tasks.empty()) {
    for (std::size_t i = 0; i < n; ++i) step.tasks.push_back(i);
  }
  if (step.gradients.empty()) step.gradients.assign(n, std::vector<double>(columns, 0.0));
  if (step.tasks.size() != n) refuse(number, "as many tasks as losses", step.tasks.size());
  if (step.gradients.size() != n) {
    refuse(number, "as many gradients as losses", step.gradients.size());
  }
  for (const std::vector<double>& row : step.gradients) {
    if (row.size() != columns) refuse(number, "gradients of one length", row.size());
  }
  return step;
}

}  // namespace

std::vector<std::vector<double>> weights_of(const PluginInfo& info,
                                            const std::vector<Signals>& steps,
                                            const Options& options) {
  const std::size_t columns = columns_of(steps);
  std::vector<Signals> all;
  std::size_t tasks = 1;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    all.push_back(completed(steps[k], k, columns));
    tasks = std::max(tasks, *std::ranges::max_element(all.back().tasks) + 1);
  }
  const BalancerSetting setting;
  const BalancerSubject subject{info, options, setting};
  std::unique_ptr<Balancer> method = subject.make();
  const std::string why_not = MethodBench::why_not(method->needs());
  if (!why_not.empty()) throw ConfigError(text::cat("[testing] ", why_not));
  MethodBench bench(std::move(method), tasks, columns);
  std::vector<std::vector<double>> weights;
  for (const Signals& step : all) weights.push_back(bench.step(step).weights);
  return weights;
}

}  // namespace espalier::testing
