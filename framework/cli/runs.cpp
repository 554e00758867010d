#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "study/runs_table.hpp"

namespace espalier::cli {

void add_runs(CLI::App& app) {
  CLI::App* const command = app.add_subcommand("runs", "the runs of a store as a table");
  const auto request = std::make_shared<RunsRequest>();
  command->add_option("store", request->store, "folder of runs (default: runs)");
  command->add_option("--sort", request->sort, "column; -column: largest first");
  command->add_option("--where", request->where, "column=value, repeatable")
      ->take_all()
      ->allow_extra_args(false);
  command->add_flag("--only-changed", request->only_changed,
                    "leave out columns in which all runs agree (text does so in any case)");
  command->add_option("--format", request->format, "text, csv, md or json")
      ->check(CLI::IsMember({"text", "csv", "md", "json"}));
  command->callback([request] { std::cout << runs_table(*request); });
}

}  // namespace espalier::cli
