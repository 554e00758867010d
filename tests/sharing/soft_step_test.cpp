#include <cmath>

#include "core/threads.hpp"
#include "optim/optimizer.hpp"
#include "optim/updater.hpp"
#include "sharing/by_hand.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

constexpr double kStrength = 0.25, kRate = 0.5, kDecay = 0.02;

struct StepCase {
  std::size_t tasks = 2;
  bool own = true;  ///< inputs
  Index rows = 9;   ///< few: an outer product; many: several parts of one
  double momentum = 0.0;
  int threads = 2;
};

TrunkCase trunk_of(const StepCase& c) {
  TrunkCase trunk{.tasks = {"a", "b"}, .stream_of = {0, c.own ? 1 : 0}, .streams = {{0, c.rows}}};
  trunk.sample = {45};
  if (c.own) trunk.streams.push_back({1, c.rows + 1});
  for (std::size_t t = 2; t < c.tasks; ++t) {
    trunk.tasks.emplace_back(1, static_cast<char>('a' + t));
    trunk.stream_of.push_back(0);
  }
  return trunk;
}

std::vector<Stage> wide_stages() {
  std::vector<Stage> stages;
  stages.push_back(linear_stage("low", 70));
  stages.push_back(linear_stage("high", 33));
  return stages;
}

using Numbers = std::vector<std::vector<double>>;  // of each parameter

Numbers numbers_of(ParameterStore& store) {
  Numbers all;
  for (const Parameter& p : store.parameters()) {
    all.emplace_back(p.value.span().begin(), p.value.span().end());
  }
  return all;
}

/// 2 strength (theta_t - mean), the columns' parameters having names "trunk/stage/task/rest".
Numbers pulls_of(ParameterStore& store, const TrunkCase& trunk) {
  const Numbers values = numbers_of(store);
  Numbers pulls = values;
  const auto tasks = static_cast<double>(trunk.tasks.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    const std::string& name = store.parameters()[k].name;
    const std::size_t at = name.find('/', std::string("trunk/").size()) + 1;
    std::vector<double> mean(values[k].size(), 0.0);
    for (const std::string& task : trunk.tasks) {
      const Tensor other = named(store, name.substr(0, at) + task + name.substr(at + 1)).value;
      for (std::size_t i = 0; i < mean.size(); ++i) {
        mean[i] += static_cast<double>(other.data[i]) / tasks;
      }
    }
    for (std::size_t i = 0; i < mean.size(); ++i) {
      pulls[k][i] = 2.0 * kStrength * (values[k][i] - mean[i]);
    }
  }
  return pulls;
}

/// A softly shared trunk and the rule of its updates.
struct Tied {
  Chosen soft = chosen("soft", 2, {{"strength", kStrength}});
  std::vector<Stage> stages = wide_stages();
  ParameterStore store{3};
  TrunkModel model;
  std::unique_ptr<Optimizer> optimizer;
  OptimizerRule rule;
  Updater updater;

  explicit Tied(const StepCase& c)
      : model(soft.blocks, stages, store, trunk_of(c)),
        optimizer(
            make(optimizer_table(), "sgd",
                 {{"learning_rate", kRate}, {"momentum", c.momentum}, {"weight_decay", kDecay}})),
        rule{"", optimizer.get()},
        updater(model.plan().parameters(), {&rule, 1}) {
    scatter(store);
  }

  void backward() {
    const std::vector<double> ones(model.plan().tape().losses().size(), 1.0);
    model.loss();
    model.plan().backward(ones, ones);
    model.plan().weigh(ones, ones);
  }
};

std::vector<double> after_three_steps(const StepCase& c) {
  const Threads during(c.threads);
  Tied tied(c);
  for (int step = 0; step < 3; ++step) {
    tied.backward();
    tied.updater.step(tied.model.plan(), 1.0);
  }
  std::vector<double> all;
  for (const auto& numbers : numbers_of(tied.store)) {
    all.insert(all.end(), numbers.begin(), numbers.end());
  }
  return all;
}

/// Three steps, each of which is compared with the one by hand, from the same parameters.
void check_steps(const StepCase& c) {
  const Threads during(c.threads);
  const TrunkCase trunk = trunk_of(c);
  const Chosen none = chosen("none", 2);
  ParameterStore free_store{3};
  Tied tied(c);
  TrunkModel free(none.blocks, tied.stages, free_store, trunk);
  Numbers velocity = numbers_of(tied.store);
  for (auto& numbers : velocity) std::fill(numbers.begin(), numbers.end(), 0.0);
  for (int step = 0; step < 3; ++step) {
    copy_parameters(tied.store, free_store, [](const std::string& name) { return name; });
    const Numbers old = numbers_of(tied.store), pulls = pulls_of(tied.store, trunk);
    tied.backward();
    tied.updater.step(tied.model.plan(), 1.0);
    const Numbers found = numbers_of(tied.store);
    for (std::size_t k = 0; k < old.size(); ++k) {
      CAPTURE(tied.store.parameters()[k].name);
      const std::vector<double> gradient = free.gradient(free_store.parameters()[k]);
      double worst = 0.0, size = 0.0;
      for (std::size_t i = 0; i < old[k].size(); ++i) {
        const double g = gradient[i] + pulls[k][i] + kDecay * old[k][i];
        velocity[k][i] = c.momentum * velocity[k][i] + g;
        const double wanted = old[k][i] - kRate * velocity[k][i];
        worst = std::max(worst, std::abs(found[k][i] - wanted));
        size = std::max({size, std::abs(g), std::abs(wanted)});
      }
      CHECK(worst <= 1e-6 * size);
    }
  }
}

}  // namespace

TEST_CASE("a step moves every column by its own gradient and the pull of the old parameters") {
  for (const std::size_t tasks : {2U, 3U, 4U, 5U}) {
    for (const bool own : {true, false}) {
      for (const Index rows : {3, 9, 600}) {
        for (const double momentum : {0.0, 0.9}) {
          for (const int threads : {1, 2}) {
            CAPTURE(tasks);
            CAPTURE(own);
            CAPTURE(rows);
            CAPTURE(momentum);
            CAPTURE(threads);
            check_steps({tasks, own, rows, momentum, threads});
          }
        }
      }
    }
  }
}

TEST_CASE("steps with a penalty have the same bits again") {
  for (const double momentum : {0.0, 0.9}) {
    const StepCase c{.momentum = momentum};
    CHECK(after_three_steps(c) == after_three_steps(c));
  }
}

TEST_CASE("a direction without a gradient's product takes the penalty all the same") {
  for (const double momentum : {0.0, 0.9}) {
    const StepCase c{.momentum = momentum};
    Tied tied(c);
    const TrunkCase trunk = trunk_of(c);
    std::size_t count = 0;
    for (const Parameter& p : tied.store.parameters()) {
      count += static_cast<std::size_t>(p.value.size());
    }
    const std::vector<real> nowhere(count, real{0});
    const Numbers old = numbers_of(tied.store), pulls = pulls_of(tied.store, trunk);
    tied.backward();
    tied.model.plan().direct_all(nowhere);
    tied.updater.step(tied.model.plan(), 1.0);
    const Numbers found = numbers_of(tied.store);
    for (std::size_t k = 0; k < old.size(); ++k) {
      for (std::size_t i = 0; i < old[k].size(); ++i) {
        const double wanted = old[k][i] - kRate * (pulls[k][i] + kDecay * old[k][i]);
        CHECK(found[k][i] == doctest::Approx(wanted).epsilon(1e-6).scale(1.0));
      }
    }
  }
}

TEST_CASE("what is expected in memory is there before the first step, and counted") {
  for (const bool adam : {false, true}) {
    Tied tied({});
    const auto other = make(optimizer_table(), "adam", {});
    const OptimizerRule rule{"", adam ? other.get() : tied.optimizer.get()};
    Plan& plan = tied.model.plan();
    Updater updater(plan.parameters(), {&rule, 1});
    std::size_t gradients = 0;
    for (const Parameter& p : tied.store.parameters()) {
      gradients += Arena::rounded(static_cast<std::size_t>(p.value.size()) * sizeof(real));
    }
    const std::size_t before = plan.arena_bytes();
    updater.prepare(plan);
    const std::size_t planned = plan.arena_bytes();
    CHECK(planned == before + (adam ? gradients : 0));
    updater.prepare(plan);
    tied.backward();
    updater.step(plan, 1.0);
    CHECK(plan.arena_bytes() == planned);
  }
}
