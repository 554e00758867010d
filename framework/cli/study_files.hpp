#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace espalier::cli {

/// Writes results.json, report.html, report.md, report.csv, report.tex and figures/*.svg to
/// `folder` (studies/<name> where it is empty), each beside and renamed. Returns the folder.
std::string write_study(const nlohmann::ordered_json& results, const std::string& folder);

/// Alarms, verdict and the table of means, for people.
std::string study_text(const nlohmann::ordered_json& results);

}  // namespace espalier::cli
