#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "experiment/affinity_text.hpp"
#include "experiment/failure_reports.hpp"

namespace espalier::cli {

void add_affinity(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "affinity", "which tasks help which while they train, and which to put together");
  const auto request = std::make_shared<AffinityRequest>();
  add_experiment_arguments(*command, request->experiment);
  command->add_flag("--pairs", request->pairs,
                    "train each task alone and every pair, instead of looking ahead in one run");
  command->add_option("--every", request->every, "steps between two looks (default 10)")
      ->check(CLI::PositiveNumber);
  command->add_option("--groups", request->most, "how many groups the budget allows (default 2)")
      ->check(CLI::PositiveNumber);
  command->callback([request] {
    const FailureReports reports;
    std::cout << affinity_text(measure_affinity(*request));
  });
}

}  // namespace espalier::cli
