// Every strategy's trunk can be differentiated forward, or says why not.
#include <cmath>

#include "autograd/motion.hpp"
#include "core/text.hpp"
#include "sharing/trunk_model.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

constexpr std::uint64_t kStep = 3;  // past the warm-up of learned branches
constexpr double kClose = std::is_same_v<real, double> ? 1e-11 : 1e-4;

std::vector<Stage> wide_stages() {
  std::vector<Stage> stages;
  stages.push_back(linear_stage("low", 8));
  stages.push_back(linear_stage("high", 8));
  return stages;
}

// Another batch: the same plan's numbers, moved.
void fill_other(TrunkModel& model) {
  for (real& x : model.input().span()) x = real(0.3) - real(0.8) * x;
}

std::vector<double> pushed(TrunkModel& here, TrunkModel& there, std::span<const double> weights) {
  const std::vector<double> ones(weights.size(), 1.0);
  std::vector<double> each(weights.size());
  there.loss(kStep);
  there.plan().backward(ones, weights);
  here.plan().move_along(there.plan());
  here.loss(kStep);
  here.plan().backward_heads(ones);
  here.plan().derivatives(each);
  return each;
}

// Row t: the gradient of task t's loss over the shared parameters.
std::vector<std::vector<double>> rows_of(TrunkModel& lanes) {
  const auto tasks = static_cast<std::size_t>(lanes.plan().tasks());
  const std::size_t width = lanes.plan().shared_numbers();
  const std::vector<double> ones(tasks, 1.0);
  std::vector<real> numbers(tasks * width + 1);
  lanes.loss(kStep);
  lanes.plan().backward(ones, ones);
  lanes.plan().jacobian(numbers.data(), width);
  std::vector<std::vector<double>> rows;
  for (std::size_t t = 0; t < tasks; ++t) {
    const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(t * width);
    rows.emplace_back(first, first + static_cast<std::ptrdiff_t>(width));
  }
  return rows;
}

}  // namespace

TEST_CASE("derivatives pushed through every strategy's trunk are products of formed gradients") {
  const std::vector<Stage> stages = wide_stages();
  const std::vector<double> weights = {0.5, 0.3, 0.2};
  std::vector<std::string> gaps;
  int passed = 0;
  for (const SharingEntry& entry : sharing_table()) {
    for (TrunkCase c : {TrunkCase{}, own_case()}) {
      CAPTURE(entry.name);
      c.trunk = {2, 10};
      const Chosen strategy = chosen(std::string(entry.name).c_str(), 2);
      ParameterStore store{3};
      TrunkModel there(strategy.blocks, stages, store, c);
      const Motion motion = find_motion(there.plan().tape());
      if (!motion.gap.empty()) {
        gaps.push_back(text::cat(entry.name, ": ", motion.gap));
        continue;
      }
      c.plan = {.tangent = true};
      TrunkModel here(strategy.blocks, stages, store, c);
      c.plan = {.lanes = LaneMode::per_task};
      TrunkModel mine(strategy.blocks, stages, store, c);
      TrunkModel others(strategy.blocks, stages, store, c);
      fill_other(there);
      fill_other(others);
      const std::vector<double> found = pushed(here, there, weights);
      const auto second = rows_of(mine), third = rows_of(others);
      for (std::size_t t = 0; t < found.size(); ++t) {
        double expected = 0.0, size = 0.0;
        for (std::size_t i = 0; i < second[t].size(); ++i) {
          double v = 0.0;
          for (std::size_t s = 0; s < third.size(); ++s) v += weights[s] * third[s][i];
          expected += second[t][i] * v;
          size += std::abs(second[t][i] * v);
        }
        CHECK(std::abs(found[t] - expected) <= kClose * size);
        if (size > 0.0) ++passed;
      }
    }
  }
  CHECK(gaps == std::vector<std::string>{});
  CHECK(passed >= 40);
}
