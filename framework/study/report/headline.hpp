#pragma once

#include "study/report/names.hpp"
#include "study/report/table.hpp"

namespace espalier::report {

/// The tables of a report. One without rows says that `results` has nothing for it.

/// Contenders x tasks: mean and half width, n; Delta_m; cost. The baseline's row is marked.
Table headline_table(const Json& results, const Names& names);

/// Against a baseline, or of two contenders: each a family for the adjusted p values.
enum class Family : bool { baseline, contenders };

/// Each comparison of a family with its interval, p values and verdict.
Table difference_table(const Json& results, const Names& names, Family family);

/// Runs that failed, with the reason.
Table failed_table(const Names& names);

/// Every run with its seed, status, hash and folder.
Table run_table(const Names& names);

/// What made the numbers: build, core, threads, data.
Table provenance_table(const Json& results);

/// Label and command of everything the document has a command for: `provenance` first, then runs.
std::vector<std::pair<std::string, std::string>> commands(const Json& results, const Names& names);

/// What the study is, as label and text: file, seeds, budget, selection, axes.
std::vector<std::pair<std::string, std::string>> study_facts(const Json& results);

}  // namespace espalier::report
