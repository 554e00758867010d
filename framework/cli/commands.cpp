#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

namespace espalier::cli {

void add_commands(CLI::App& app, int& exit_code) {
  add_run(app, exit_code);
  add_check(app);
  add_describe(app);
  add_list(app);
  add_info(app);
  add_balance(app);
  add_affinity(app);
  add_convert(app);
  add_compare(app, exit_code);
  add_report(app);
  add_runs(app);
  add_predict(app);
  add_plugins(app, exit_code);
  add_doctor(app, exit_code);
  add_completion(app);
  add_new(app);
}

void add_plugins_option(CLI::App& command, std::vector<std::string>& folders) {
  command.add_option("--plugins,--plugin-path", folders, "folders searched for plugins first")
      ->delimiter(':')
      ->take_all()
      ->allow_extra_args(false);
}

void add_experiment_arguments(CLI::App& command, RunRequest& request) {
  command
      .add_option("experiment", request.file,
                  "the experiment's YAML file, or the name of a shipped one")
      ->required()
      ->transform(own_or_shipped);
  command.add_option("overrides", request.overrides, "key.path=value, e.g. train.epochs=5 seed=3");
  add_plugins_option(command, request.plugin_folders);
}

}  // namespace espalier::cli
