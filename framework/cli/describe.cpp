#include "experiment/describe.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "core/file.hpp"
#include "experiment/failure_reports.hpp"
#include "experiment/reference.hpp"
#include "study/study.hpp"

namespace espalier::cli {

void add_describe(CLI::App& app) {
  CLI::App* const command = app.add_subcommand("describe", "the model of an experiment as text");
  const auto request = std::make_shared<RunRequest>();
  const auto reference = std::make_shared<bool>(false);
  add_experiment_arguments(*command, *request);
  command->get_option("experiment")->required(false);
  command->add_flag("--reference", *reference, "print the reference of all YAML keys instead");
  const auto svg = std::make_shared<std::string>();
  command->add_option("--svg", *svg, "write a drawing of the composition to this file");
  command->callback([request, reference, svg] {
    if (*reference) {
      std::cout << reference_markdown() << study_reference();
      return;
    }
    if (request->file.empty()) throw CLI::RequiredError("experiment");
    const FailureReports reports;
    const auto run = prepare(*request);
    if (!svg->empty()) file::write_atomically(*svg, draw_model(*run));
    std::cout << describe_model(*run);
  });
}

}  // namespace espalier::cli
