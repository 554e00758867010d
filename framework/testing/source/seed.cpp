#include <algorithm>

#include "testing/changed_options.hpp"
#include "testing/source/checks.hpp"

namespace espalier::testing {

Answer check_seed(const SourceSubject& subject) {
  const std::string& name = subject.setting.seed;
  ChangedOptions changes(subject.options);
  SourceHandle(nullptr, subject.info).fields(changes);
  const auto seed = std::ranges::find(changes.all(), name, &ChangedOption::name);
  if (seed == changes.all().end()) return skipped("there is no option '", name, "'");
  Options options = subject.options;
  options.insert_or_assign(name, seed->value);
  const auto source = subject.make(), other = subject.make(options);
  for (const DataRole role : {DataRole::train, DataRole::test}) {
    const Dataset data = subject.read(*source, role);
    if (data.rows == 0 || !first_difference(data, subject.read(*other, role)).empty()) continue;
    return failed("expected other ", role == DataRole::train ? "training" : "test", " rows with ",
                  seed->shown, ", found the same");
  }
  return passed();
}

}  // namespace espalier::testing
