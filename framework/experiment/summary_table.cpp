#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "experiment/summary.hpp"

namespace espalier {

namespace {

using nlohmann::ordered_json;

std::string fixed(const ordered_json& value) {
  return value.is_number() ? text::fixed(value.get<double>(), 4) : "-";
}

std::string task_rows(const std::string& task, const ordered_json& splits) {
  std::string rows;
  for (const auto& [split, scores] : splits.items()) {
    rows += "  " + text::padded(rows.empty() ? task : "", 20) + text::padded(split, 12);
    for (const auto& [name, value] : scores.items()) {
      rows += name + " " + text::padded(fixed(value), 10);
    }
    rows.erase(rows.find_last_not_of(' ') + 1);
    rows += '\n';
  }
  return rows;
}

}  // namespace

std::string summary_table(const ordered_json& s) {
  std::string out =
      text::cat(s["name"].get<std::string>(), ": ", s["status"].get<std::string>(), " after ",
                s["epochs"].get<Index>(), " epochs, ", s["steps"].get<Index>(), " steps, seed ",
                s["seed"].get<Index>(), ", ", s["threads"].get<Index>(), " threads\n");
  for (const auto& [task, splits] : s["tasks"].items()) out += task_rows(task, splits);
  const auto& p = s["parameters"];
  out += text::cat("  parameters          trunk ", p["trunk"].get<Index>(), ", heads ",
                   p["heads"].get<Index>(), "\n");
  const auto& t = s["seconds"];
  const auto spent = [&](const char* phase) { return text::duration(t[phase].get<double>()); };
  out += text::cat("  time                total ", spent("total"), ": forward ", spent("forward"),
                   ", backward ", spent("backward"), ", update ", spent("update"), ", evaluation ",
                   spent("evaluate"), "\n");
  out += text::cat(
      "  speed               ", static_cast<Index>(s["examples_per_second"].get<double>()),
      " examples/s, peak memory ", text::bytes(s["peak_memory_bytes"].get<double>()), "\n");
  for (const auto& [name, entry] : s["data"].items()) {
    const bool train = entry["synthetic"], test = entry["test_synthetic"];
    if (!train && !test) continue;
    out += text::cat("  note                data '", name, "' is synthetic",
                     train && test ? ""
                     : train       ? " (training part)"
                                   : " (test part)",
                     "\n");
  }
  return out;
}

}  // namespace espalier
