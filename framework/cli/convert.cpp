#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "core/file.hpp"
#include "experiment/failure_reports.hpp"
#include "experiment/recon.hpp"
#include "experiment/run_folder.hpp"
#include "experiment/yaml_emit.hpp"

namespace espalier::cli {

void add_convert(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "convert", "Recon: the experiment of a run with its most conflicting layers made private");
  const auto folder = std::make_shared<std::string>();
  const auto out = std::make_shared<std::string>();
  const auto layers = std::make_shared<std::size_t>(1);
  command
      ->add_option("run", *folder,
                   "folder of a joint run with sharing: hard, or the name of one in runs/")
      ->required();
  command->add_option("--layers", *layers, "how many layers become each task's own")->required();
  command->add_option("--out", *out, "write the experiment to this file (default: to stdout)");
  command->callback([folder, out, layers] {
    const FailureReports reports;
    const ReconAnswer answer = recon(run_folder(*folder), *layers);
    for (const std::string& layer : answer.layers) std::cerr << "private: " << layer << '\n';
    const std::string yaml = emit_yaml(answer.experiment);
    if (out->empty()) {
      std::cout << yaml;
    } else {
      file::write_atomically(*out, yaml);
    }
  });
}

}  // namespace espalier::cli
