#pragma once

#include "experiment/prepared.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): not our name
class App;
}

namespace espalier {
struct CompareRequest;
}

namespace espalier::cli {

/// Adds every subcommand; each sets `exit_code` when it ran.
void add_commands(CLI::App& app, int& exit_code);

// One file each.
void add_run(CLI::App& app, int& exit_code);
void add_check(CLI::App& app);
void add_describe(CLI::App& app);
void add_list(CLI::App& app);
void add_info(CLI::App& app);
void add_balance(CLI::App& app);
void add_affinity(CLI::App& app);
void add_convert(CLI::App& app);
void add_compare(CLI::App& app, int& exit_code);
void add_report(CLI::App& app);
void add_runs(CLI::App& app);
void add_predict(CLI::App& app);
void add_plugins(CLI::App& app, int& exit_code);
void add_doctor(CLI::App& app, int& exit_code);
void add_completion(CLI::App& app);
void add_new(CLI::App& app);

/// `file`, or where there is none and it is no absolute path, the experiment or study of that name
/// (".yaml" may be left out) in share/espalier/experiments beside the program's folder.
std::string own_or_shipped(const std::string& file);

void add_plugins_option(CLI::App& command, std::vector<std::string>& folders);
/// The arguments that all commands over an experiment share.
void add_experiment_arguments(CLI::App& command, RunRequest& request);
/// Those of commands over a study.
void add_study_arguments(CLI::App& command, CompareRequest& request);

}  // namespace espalier::cli
