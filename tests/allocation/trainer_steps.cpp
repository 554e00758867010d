#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "allocation/counter.hpp"
#include "core/text.hpp"
#include "experiment/prepared.hpp"
#include "tensor/precision.hpp"

using namespace espalier;
using espalier::test::Allocations;
using espalier::test::CountAllocations;

namespace {

constexpr const char* kExperiment =
    "name: allocations\n"
    "data:\n"
    "  letters: { source: glyphs, classes: letters, train: 70, test: 10 }\n"
    "  digits: { source: glyphs, classes: digits, train: 40, test: 10 }\n"
    "trunk:\n"
    "  input: [1, 28, 28]\n"
    "  stages:\n"
    "    - { name: conv, layers: [{ conv: 4 }, batch_norm, relu, { max_pool: 4 }] }\n"
    "    - { name: dense, layers: [{ linear: 256 }, relu, { dropout: 0.1 }, { linear: 256 }] }\n"
    "tasks:\n"
    "  letters: { plugin: letters, data: letters }\n"
    "  character: { plugin: classification, data: letters, classes: 26 }\n"
    "  digits: { plugin: digits, data: digits }\n"
    "optimizer: { sgd: { learning_rate: 0.01, momentum: 0.9 } }\n"
    "schedule: { cosine: { warmup: 2 } }\n"
    "train: { epochs: 3, batch: 16, last_batch: keep }\n";

/// The experiment in a file of its own, which `prepare` has read when this ends.
std::unique_ptr<Prepared> prepare_with(const std::vector<std::string>& overrides) {
  std::string folder =
      (std::filesystem::temp_directory_path() / "espalier_allocation_XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  RunRequest request;
  request.file = folder + "/exp.yaml";
  request.overrides = overrides;
  request.plugin_folders = {ESPALIER_PLUGINS};
  std::ofstream(request.file) << kExperiment;
  auto run = prepare(request);
  std::filesystem::remove_all(folder);
  return run;
}

// Two epochs, short batches included, behind a first epoch in which lazy things are made.
Allocations count_steps(Trainer& trainer) {
  while (!trainer.epoch_finished()) trainer.step();
  trainer.next_epoch();
  const CountAllocations counter;
  while (!trainer.epoch_finished()) trainer.step();
  trainer.next_epoch();
  while (!trainer.epoch_finished()) trainer.step();
  return counter.so_far();
}

}  // namespace

TEST_CASE("the trainer's own steps, batches and scores included, allocate nothing") {
  for (const std::string_view name : precision::kNames) {
    const std::string missing = precision::missing(precision::named(name), precision::abilities());
    if (!missing.empty()) {
      MESSAGE("left out: " << missing);
      continue;
    }
    for (const char* const balance : {"balance=equal", "balance=pcgrad"}) {
      for (const int threads : {1, 2}) {
        CAPTURE(std::string(name));
        CAPTURE(balance);
        CAPTURE(threads);
        const auto run =
            prepare_with({balance, text::cat("precision=", name), text::cat("threads=", threads)});
        const Allocations seen = count_steps(*run->trainer);
        CHECK(seen.elsewhere == 0);
        if (threads == 1) CHECK(seen.in_blas == 0);
      }
    }
  }
}

// Its memory is planned where the optimiser wants a gradient of its own.
TEST_CASE("a penalty between columns allocates nothing, at the first step neither") {
  for (const char* const rule :
       {"sgd: 0.1", "sgd: { learning_rate: 0.1, momentum: 0.9 }",
        "sgd: { learning_rate: 0.1, momentum: 0.9, nesterov: true }", "adam", "rmsprop"}) {
    CAPTURE(rule);
    const auto first_epoch = [&](const char* sharing) {
      const auto run = prepare_with({sharing, text::cat("optimizer={ ", rule, " }"), "threads=1"});
      const CountAllocations counter;
      while (!run->trainer->epoch_finished()) run->trainer->step();
      return counter.so_far().elsewhere;
    };
    CHECK(first_epoch("sharing={ soft: { strength: 0.1 } }") == first_epoch("sharing=none"));
  }
}

TEST_CASE(
    "steps of methods of three batches, differentiated forward or in lanes, allocate nothing") {
  for (const std::string method : {"modo", "sdmgrad"}) {
    CAPTURE(method);
    const auto run =
        prepare_with({"balance=" + method, "train.batch=8", "train.last_batch=drop", "threads=2"});
    CHECK(run->trainer->balance_note().empty());
    const Allocations seen = count_steps(*run->trainer);
    CHECK(seen.elsewhere == 0);
  }
}
