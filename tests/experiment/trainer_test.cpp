#include "experiment/trainer.hpp"

#include <cmath>

#include "experiment/prepare_support.hpp"

using namespace espalier;
using espalier::test::prepare_text;
using espalier::test::TemporaryFolder;

namespace {

constexpr int kSteps = 3;

// T tasks on 64 digits each, or all of them on the same 64.
std::string experiment(int tasks, bool own_inputs, const std::string& balance) {
  std::string data, heads;
  for (int t = 0; t < tasks; ++t) {
    const std::string set = own_inputs ? text::cat("d", t) : "d0";
    if (own_inputs || t == 0) {
      data += text::cat("  ", set, ": { source: glyphs, classes: digits, train: 64, test: 10 }\n");
    }
    heads += text::cat("  t", t, ": { plugin: digits, data: ", set, " }\n");
  }
  return text::cat("name: sweeps\nthreads: 1\ndata:\n", data,
                   "trunk:\n  input: [1, 28, 28]\n  stages:\n",
                   "    - { name: dense, layers: [{ linear: 8 }, relu] }\ntasks:\n", heads,
                   "balance: ", balance, "\noptimizer: { sgd: 0.1 }\ntrain: { batch: 16 }\n");
}

// Rows whose label entered the epoch's score: its state is the sum of losses, then their number.
double labelled_rows(const Trainer& trainer, std::size_t task) {
  return trainer.scores()[task].state()[1];
}

}  // namespace

TEST_CASE("a step of the trainer is one sweep up and one down, whatever tasks and balancer") {
  const TemporaryFolder folder;
  for (const int tasks : {2, 8}) {
    for (const bool own_inputs : {true, false}) {
      for (const char* const balance : {"equal", "pcgrad"}) {
        CAPTURE(tasks);
        CAPTURE(own_inputs);
        CAPTURE(balance);
        const auto run = prepare_text(folder, experiment(tasks, own_inputs, balance));
        Trainer& trainer = *run->trainer;
        CHECK(trainer.plan().tasks() == tasks);
        for (std::uint64_t step = 1; step <= kSteps; ++step) {
          trainer.step();
          CHECK(trainer.plan().forward_sweeps() == step);
          CHECK(trainer.plan().backward_sweeps() == step);
        }
      }
    }
  }
}

TEST_CASE("a step draws of each stream the rows that sampling gives it") {
  const TemporaryFolder folder;
  std::string yaml = experiment(2, true, "equal");
  yaml.replace(yaml.find("train: 64"), 9, "train: 192");  // data d0
  for (const char* const sampling : {"proportional", "temperature, temperature: 2"}) {
    CAPTURE(sampling);
    const std::string option = text::cat("train: { sampling: ", sampling, ", ");
    std::string text = yaml;
    text.replace(text.find("train: { batch"), 9, option);
    const auto run = prepare_text(folder, text);
    Trainer& trainer = *run->trainer;
    const bool proportional = std::string_view(sampling) == "proportional";
    // 32 rows a step, 3 : 1 or sqrt(3) : 1; an epoch is 192 / 24 or 192 / 20 steps.
    CHECK(trainer.examples_per_step() == 32);
    CHECK(trainer.steps_per_epoch() == (proportional ? 8 : 9));
    trainer.step();
    CHECK(labelled_rows(trainer, 0) == (proportional ? 24 : 20));
    CHECK(labelled_rows(trainer, 1) == (proportional ? 8 : 12));
    while (!trainer.epoch_finished()) trainer.step();
    trainer.next_epoch();
    trainer.step();
    CHECK(std::isfinite(trainer.losses()[1]));
  }
}
