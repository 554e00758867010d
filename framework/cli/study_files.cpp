#include "cli/study_files.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "study/report/report.hpp"

namespace espalier::cli {

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::string score(const ordered_json& entry) {
  if (!entry.is_object() || !entry.at("mean").is_number()) return "-";
  std::string mean = text::fixed(entry["mean"], 4);
  if (!entry.at("low").is_number()) return mean;
  const double half = 0.5 * (entry["high"].get<double>() - entry["low"].get<double>());
  return mean + " +- " + text::fixed(half, 4);
}

}  // namespace

std::string write_study(const ordered_json& results, const std::string& given) {
  const std::string name = results.at("study").at("name");
  std::string folder = given.empty() ? "studies/" + name : given;
  std::error_code failed;
  fs::create_directories(fs::path(folder) / "figures", failed);
  if (failed) {
    throw RunFailure(text::cat("[report] ", folder, ": cannot make it: ", failed.message()));
  }
  const auto put = [&](const std::string& file, const std::string& bytes) {
    file::write_atomically(folder + "/" + file, bytes);
  };
  put("results.json", results.dump(2) + "\n");
  put("report.html", html_report(results));
  put("report.md", markdown_report(results));
  put("report.csv", csv_report(results));
  put("report.tex", tex_report(results));
  for (const Figure& figure : figures(results)) put("figures/" + figure.name + ".svg", figure.svg);
  return folder;
}

std::string study_text(const ordered_json& results) {
  std::string out;
  for (const ordered_json& alarm : results.at("alarms")) {
    out += "alarm: " + alarm.get<std::string>() + "\n";
  }
  std::size_t width = 12;
  for (const ordered_json& c : results.at("contenders")) {
    width = std::max(width, c.at("label").get<std::string>().size() + 2);
  }
  out += text::padded("", width);
  for (const ordered_json& task : results.at("tasks")) {
    out += text::padded(
        text::cat(task.at("name").get<std::string>(), " ", task.at("measure").get<std::string>()),
        22);
  }
  out += '\n';
  for (const ordered_json& c : results.at("contenders")) {
    out += text::padded(c.at("label"), width);
    for (const ordered_json& task : results.at("tasks")) {
      const std::string name = task.at("name");
      const bool has = c.contains("tasks") && c["tasks"].contains(name);
      out += text::padded(has ? score(c["tasks"][name]) : "-", 22);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
  for (const ordered_json& line : results.at("verdict")) out += line.get<std::string>() + "\n";
  return out;
}

}  // namespace espalier::cli
