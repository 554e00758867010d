#include "experiment/predict.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <sstream>

#include "cli/commands.hpp"
#include "core/file.hpp"
#include "experiment/failure_reports.hpp"
#include "experiment/run_folder.hpp"

namespace espalier::cli {

void add_predict(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("predict", "what a finished run's model says of each row, as CSV");
  const auto request = std::make_shared<PredictRequest>();
  const auto out = std::make_shared<std::string>();
  command->add_option("run", request->folder, "folder of the run, or the name of one in runs/")
      ->required();
  command->add_option("overrides", request->overrides,
                      "key.path=value, e.g. data.letters.test.images=FILE for other rows");
  command->add_option("--split", request->split, "test (the default) or validation")
      ->check(CLI::IsMember({"test", "validation"}));
  command->add_option("-o,--output", *out, "write to this file");
  add_plugins_option(*command, request->plugin_folders);
  command->callback([request, out] {
    const FailureReports reports;
    request->folder = run_folder(request->folder);
    if (out->empty()) return predict(*request, std::cout);
    std::ostringstream text;
    predict(*request, text);
    file::write_atomically(*out, text.str());
  });
}

}  // namespace espalier::cli
