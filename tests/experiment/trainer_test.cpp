#include "experiment/trainer.hpp"

#include "experiment/prepared.hpp"
#include "experiment/spec_support.hpp"
#include "plugin/support.hpp"

using namespace espalier;
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

std::unique_ptr<Prepared> prepare_text(const TemporaryFolder& folder, const std::string& yaml) {
  RunRequest request;
  request.file = folder.write("exp.yaml", yaml);
  request.plugin_folders = {ESPALIER_PLUGINS};
  return prepare(request);
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
