#include "experiment/run.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "experiment/failure_reports.hpp"
#include "experiment/interrupt.hpp"
#include "experiment/summary.hpp"

namespace espalier::cli {

namespace {

int run(const RunRequest& request, bool json) {
  const RunOutcome outcome = run_experiment(request);
  if (json) {
    std::cout << outcome.summary_json;
  } else {
    std::cout << summary_table(nlohmann::ordered_json::parse(outcome.summary_json));
    if (!outcome.folder.empty()) std::cout << "  folder              " << outcome.folder << '\n';
  }
  return outcome.status == RunStatus::interrupted ? kInterruptedCode : 0;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("run", "train and evaluate an experiment");
  const auto request = std::make_shared<RunRequest>();
  const auto json = std::make_shared<bool>(false);
  add_experiment_arguments(*command, *request);
  command->add_option("--out", request->out, "run folder (default: runs/<name>-<hash>)");
  command->add_flag("--resume", request->resume, "continue the run in that folder");
  command->add_flag("--quiet", request->quiet, "no progress");
  command->add_flag("--dry-run", request->dry_run, "one batch of everything; writes nothing");
  command->add_flag("--json", *json, "print summary.json to stdout");
  const auto watchdog = std::make_shared<double>(-1.0);
  command->add_option("--watchdog", *watchdog, "seconds, instead of train.watchdog")
      ->check(CLI::NonNegativeNumber);
  command->callback([request, json, watchdog, &exit_code] {
    const FailureReports reports(*watchdog);
    exit_code = run(*request, *json);
  });
}

}  // namespace espalier::cli
