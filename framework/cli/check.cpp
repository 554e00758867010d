#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "experiment/describe.hpp"
#include "experiment/failure_reports.hpp"
#include "experiment/legality.hpp"

namespace espalier::cli {

void add_check(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("check", "everything but training: files, plugins, shapes, memory");
  const auto request = std::make_shared<RunRequest>();
  const auto resolved = std::make_shared<bool>(false);
  add_experiment_arguments(*command, *request);
  command->add_flag("--resolved", *resolved, "print the resolved experiment as YAML");
  const auto matrix = std::make_shared<bool>(false);
  command->add_flag("--matrix", *matrix,
                    "print which sharing strategies and balancers go together on this experiment");
  command->callback([request, resolved, matrix] {
    const FailureReports reports;
    if (*matrix) {
      const auto run = prepare_data(*request);
      std::cout << legality_text(legality_table(run->spec, run->tasks, run->data));
      return;
    }
    const auto run = prepare(*request);
    std::cout << (*resolved ? run->resolved : check_report(*run));
  });
}

}  // namespace espalier::cli
