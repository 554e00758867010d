#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "experiment/balance_matrix.hpp"
#include "experiment/failure_reports.hpp"

namespace espalier::cli {

void add_balance(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("balance", "a balancing method on a Jacobian of your own");
  const auto request = std::make_shared<BalanceRequest>();
  const auto json = std::make_shared<bool>(false);
  command->add_option("method", request->method, "one that `espalier list balancers` shows")
      ->required();
  command->add_option("matrix", request->file, "J: .npy of tasks x parameters, float32 or float64")
      ->required();
  command->add_option("options", request->options,
                      "options of the method and conventions, e.g. c=0.4 scale=sum_to_tasks");
  command->add_option("--losses", request->losses, "the tasks' losses: 1.2,0.3 (default: ones)");
  command->add_option("--steps", request->steps, "steps on the same input (default: 1)");
  command->add_option("--seed", request->seed, "seed of a method that draws (default: 1)");
  add_plugins_option(*command, request->plugin_folders);
  command->add_flag("--json", *json, "as JSON");
  command->callback([request, json] {
    const FailureReports reports;
    const BalanceAnswer answer = balance_matrix(*request);
    std::cout << (*json ? balance_json(answer) : balance_table(answer));
  });
}

}  // namespace espalier::cli
