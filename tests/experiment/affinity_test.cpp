#include "experiment/affinity_text.hpp"

#include <cmath>

#include "core/text.hpp"
#include "experiment/prepare_support.hpp"

using namespace espalier;
using espalier::test::prepare_text;
using espalier::test::TemporaryFolder;

namespace {

/// What the tests vary of two tasks on the same digits, 4 steps an epoch.
struct Experiment {
  std::string sharing = "hard";
  std::string balance = "equal";
  std::string train = "epochs: 1";
  std::string limit = "";  ///< of task b

  std::string yaml() const {
    return text::cat(
        "name: looks\nthreads: 1\nseed: 5\n"
        "data:\n  d: { source: glyphs, classes: digits, train: 64, test: 10 }\n"
        "trunk:\n  input: [1, 28, 28]\n  stages:\n"
        "    - { name: low, layers: [{ linear: 8 }, tanh] }\n"
        "    - { name: high, layers: [{ linear: 8 }, tanh] }\n"
        "tasks:\n  a: { plugin: digits, data: d }\n  b: { plugin: digits, data: d",
        limit.empty() ? "" : ", limit: " + limit, " }\nsharing: ", sharing, "\nbalance: ", balance,
        "\noptimizer: { sgd: 0.01 }\ntrain: { batch: 16, ", train, " }\n");
  }
};

AffinityAnswer measured(const Experiment& experiment) {
  const TemporaryFolder folder;
  AffinityRequest request;
  request.experiment.file = folder.write("exp.yaml", experiment.yaml());
  request.experiment.plugin_folders = {ESPALIER_PLUGINS};
  request.every = 1;
  return measure_affinity(request);
}

}  // namespace

TEST_CASE("looking ahead ends where the run would") {
  CHECK(measured({.train = "epochs: 2"}).looks == 8.0);
  CHECK(measured({.train = "epochs: 2, steps: 3"}).looks == 3.0);
  CHECK(measured({.train = "epochs: 2, steps: 6"}).looks == 6.0);
  CHECK(measured({.train = "epochs: 1000, seconds: 0.000001"}).looks == 1.0);
}

TEST_CASE("only looks in which both tasks have labels count") {
  const AffinityAnswer all = measured({});
  CHECK(all.counts == std::vector<double>{4, 4, 4, 4});
  const AffinityAnswer one = measured({.limit = "1"});  // one row of b, in one of the 4 batches
  CHECK(one.looks == 4.0);
  CHECK(one.counts == std::vector<double>{4, 1, 1, 1});
  CHECK(one.affinity[0] > 0.0);
  CHECK(one.affinity[3] > 0.0);
  for (const double z : one.affinity) CHECK(std::isfinite(z));
}

TEST_CASE("the groups are printed with the strategy's options") {
  const AffinityAnswer plain = measured({.train = "epochs: 1, steps: 1"});
  CHECK(plain.sharing.starts_with("{ hard: { groups: [["));
  const std::string options = "{ cross_stitch: { per: scalar, same: 0.8, last: true } }";
  const AffinityAnswer stitch = measured({.sharing = options, .train = "epochs: 1, steps: 1"});
  CHECK(stitch.sharing.starts_with(
      "{ cross_stitch: { per: scalar, same: 0.8, other: 0.1, last: true, groups: [["));
  CHECK(affinity_text(stitch).find("\nsharing: " + stitch.sharing + "  # total gain ") !=
        std::string::npos);
  // and are read back as the same
  const TemporaryFolder folder;
  const auto run = prepare_text(folder, Experiment{.sharing = stitch.sharing}.yaml());
  CHECK(run->spec.groups.size() == stitch.groups.size());
  CHECK(run->resolved.find("same: 0.8") != std::string::npos);
}

TEST_CASE("a pair that was not measured has a dash") {
  AffinityAnswer answer;
  answer.tasks = {"a", "b"};
  answer.affinity = {0.0, 0.25, 0.5, 0.0};
  answer.counts = {0.0, 1.0, 1.0, 0.0};
  answer.groups = {{0, 1}};
  answer.sharing = "hard";
  CHECK(affinity_text(answer) ==
        "what the task of a row gives to the task of a column:\n"
        "                           a             b\n"
        "a                          -      +0.25000\n"
        "b                   +0.50000             -\n"
        "sharing: hard  # total gain 0.75\n");
}

TEST_CASE("a look ahead runs the model of the step") {
  const Experiment cases[] = {
      {.sharing = "{ learn_to_branch: { warmup: 1 } }"},  // its schedule needs the run's length
      {.balance = "rotograd"}};                           // heads read turned features
  for (const Experiment& experiment : cases) {
    CAPTURE(experiment.sharing);
    const TemporaryFolder folder;
    const auto run = prepare_text(folder, experiment.yaml());
    PlannedModel ahead = run->trainer->plan_more({.lanes = LaneMode::one});
    CHECK((ahead.tasks[0].rotated.id >= 0) == (experiment.balance == "rotograd"));
    for (int step = 0; step < 3; ++step) {
      run->trainer->look(ahead);
      const std::vector<double> seen = {static_cast<double>(ahead.plan->loss(0)),
                                        static_cast<double>(ahead.plan->loss(1))};
      run->trainer->step();
      for (std::size_t t = 0; t < 2; ++t) {
        CHECK(run->trainer->losses()[t] == doctest::Approx(seen[t]).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("penalties are no part of a task's step") {
  const std::string once = "epochs: 1, steps: 1";  // both from the same start
  const AffinityAnswer free = measured({.sharing = "sluice", .train = once});
  const AffinityAnswer tied =
      measured({.sharing = "{ sluice: { orthogonality: 10 } }", .train = once});
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(tied.affinity[k] == doctest::Approx(free.affinity[k]).epsilon(0.01).scale(0.001));
  }
}
