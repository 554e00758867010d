#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "experiment/describe.hpp"

namespace espalier::cli {

void add_check(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("check", "everything but training: files, plugins, shapes, memory");
  const auto request = std::make_shared<RunRequest>();
  const auto resolved = std::make_shared<bool>(false);
  add_experiment_arguments(*command, *request);
  command->add_flag("--resolved", *resolved, "print the resolved experiment as YAML");
  command->callback([request, resolved] {
    const auto run = prepare(*request);
    std::cout << (*resolved ? run->resolved : check_report(*run));
  });
}

}  // namespace espalier::cli
