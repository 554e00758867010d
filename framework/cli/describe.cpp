#include "experiment/describe.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "experiment/reference.hpp"

namespace espalier::cli {

void add_describe(CLI::App& app) {
  CLI::App* const command = app.add_subcommand("describe", "the model of an experiment as text");
  const auto request = std::make_shared<RunRequest>();
  const auto reference = std::make_shared<bool>(false);
  add_experiment_arguments(*command, *request);
  command->get_option("experiment")->required(false);
  command->add_flag("--reference", *reference, "print the reference of all YAML keys instead");
  command->callback([request, reference] {
    if (*reference) {
      std::cout << reference_markdown();
      return;
    }
    if (request->file.empty()) throw CLI::RequiredError("experiment");
    std::cout << describe_model(*prepare(*request));
  });
}

}  // namespace espalier::cli
