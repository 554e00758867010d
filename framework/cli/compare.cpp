#include "study/compare.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/study_files.hpp"
#include "experiment/failure_reports.hpp"
#include "experiment/interrupt.hpp"

namespace espalier::cli {

namespace {

int run(const CompareRequest& request, const std::string& out, bool plan, bool json) {
  if (plan) {
    std::cout << plan_text(request);
    return 0;
  }
  const CompareOutcome outcome = compare(request);
  if (outcome.interrupted) {
    std::cerr << "interrupted: the same command goes on where it stopped\n";
    return kInterruptedCode;
  }
  const std::string folder = write_study(outcome.results, out);
  if (json) {
    std::cout << outcome.results.dump(2) << '\n';
  } else {
    std::cout << study_text(outcome.results) << "report: " << folder << "/report.html\n";
  }
  return outcome.failed > 0 ? 1 : 0;
}

}  // namespace

void add_study_arguments(CLI::App& command, CompareRequest& request) {
  command.add_option("study", request.file, "the study's YAML file, or the name of a shipped one")
      ->required()
      ->transform(own_or_shipped);
  command.add_option("--store", request.store, "folder of all runs (default: runs)");
  add_plugins_option(command, request.plugin_folders);
}

void add_compare(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand(
      "compare", "run a study: strategies and methods over seeds, beside each task alone");
  const auto request = std::make_shared<CompareRequest>();
  const auto out = std::make_shared<std::string>();
  const auto plan = std::make_shared<bool>(false);
  const auto json = std::make_shared<bool>(false);
  add_study_arguments(*command, *request);
  command->add_option("-j,--jobs", request->jobs, "runs at a time, a process each (default 1)")
      ->check(CLI::Range(1, 256));
  command->add_option("--out", *out, "folder of the report (default: studies/<name>)");
  command->add_flag("--plan", *plan, "print which runs are done and which are to be run");
  command->add_flag("--quiet", request->quiet, "no progress");
  command->add_flag("--json", *json, "print results.json to stdout");
  command->callback([request, out, plan, json, &exit_code] {
    const FailureReports reports;
    exit_code = run(*request, *out, *plan, *json);
  });
}

}  // namespace espalier::cli
