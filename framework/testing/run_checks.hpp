#pragma once

#include <algorithm>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/error.hpp"
#include "testing/answer.hpp"

namespace espalier::testing {

/// One check of one kind of plugin; a file each.
template <class Subject>
struct Check {
  std::string_view name;
  Answer (*run)(const Subject& subject);
};

/// Throws ConfigError where `skip` names none of `names`.
void check_skipped_names(const std::vector<std::string>& skip,
                         const std::vector<std::string>& names);

/// An exception is an answer too.
template <class Subject>
Answer answer_of(const Check<Subject>& check, const Subject& subject) {
  try {
    return check.run(subject);
  } catch (const std::exception& error) {
    return failed("expected no error, found: ", error.what());
  }
}

/// Runs the checks in their order. Where the first fails, the plugin cannot even be recorded, and
/// the others would say the same.
template <class Subject>
Report run_checks(std::span<const Check<Subject>> checks, const Subject& subject,
                  const std::vector<std::string>& skip) {
  std::vector<std::string> names;
  for (const Check<Subject>& check : checks) names.emplace_back(check.name);
  check_skipped_names(skip, names);
  Report report;
  for (std::size_t k = 0; k < checks.size(); ++k) {
    const bool unwanted = std::find(skip.begin(), skip.end(), names[k]) != skip.end();
    const bool hopeless = k > 0 && report[0].kind == Result::Kind::failed;
    const Answer answer = unwanted   ? skipped("the test says so")
                          : hopeless ? skipped("'", names[0], "' failed")
                                     : answer_of(checks[k], subject);
    report.push_back({names[k], answer.kind, answer.sentence});
  }
  return report;
}

}  // namespace espalier::testing
