#include "study/report/report.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/study_files.hpp"
#include "core/file.hpp"
#include "espalier/error.hpp"
#include "experiment/failure_reports.hpp"
#include "study/compare.hpp"

namespace espalier::cli {

namespace {

struct ReportOptions {
  CompareRequest study;
  std::string out;
  bool md = false, csv = false, json = false, tex = false;
};

// A study's YAML with its store, or the results.json that `compare` wrote.
nlohmann::ordered_json results_of(const CompareRequest& request) {
  if (!request.file.ends_with(".json")) return read_results(request);
  auto j = nlohmann::ordered_json::parse(file::read(request.file), nullptr,
                                         /*allow_exceptions=*/false);
  if (!j.is_object() || !j.contains("study")) {
    throw ConfigError(request.file +
                      ": expected the results.json of a study, found something else");
  }
  return j;
}

void run(const ReportOptions& options) {
  const nlohmann::ordered_json results = results_of(options.study);
  if (options.json) std::cout << results.dump(2) << '\n';
  if (options.md) std::cout << markdown_report(results);
  if (options.csv) std::cout << csv_report(results);
  if (options.tex) std::cout << tex_report(results);
  if (!options.out.empty()) file::write_atomically(options.out, html_report(results));
  const bool printed = options.json || options.md || options.csv || options.tex;
  if (printed || !options.out.empty()) return;
  std::cout << study_text(results) << "report: " << write_study(results, "") << "/report.html\n";
}

}  // namespace

void add_report(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("report", "the report of a study from what its store holds by now");
  const auto options = std::make_shared<ReportOptions>();
  add_study_arguments(*command, options->study);
  command->add_option("-o,--output", options->out, "write the page to this file alone");
  command->add_flag("--md", options->md, "print it as Markdown");
  command->add_flag("--csv", options->csv, "print the scores as CSV");
  command->add_flag("--json", options->json, "print results.json");
  command->add_flag("--tex", options->tex, "print the tables as LaTeX");
  command->callback([options] {
    const FailureReports reports;
    run(*options);
  });
}

}  // namespace espalier::cli
