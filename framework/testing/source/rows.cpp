#include <cmath>

#include "testing/source/checks.hpp"

namespace espalier::testing {

namespace {

bool is_count(const std::optional<DataPart>& part) {
  return part && part->number && *part->number >= 1.0 && *part->number == std::floor(*part->number);
}

}  // namespace

Answer check_source_rows(const SourceSubject& subject) {
  const SourceSetting& setting = subject.setting;
  if (!is_count(setting.train) && !is_count(setting.test)) {
    return skipped("no part is a number of rows");
  }
  const auto source = subject.make();
  for (const double rows : {0.0, 1.0, 7.0}) {  // 0: as the setting says
    DataPart train = setting.train.value_or(DataPart{}), test = setting.test.value_or(DataPart{});
    if (rows > 0.0 && is_count(setting.train)) train.number = rows;
    if (rows > 0.0 && is_count(setting.test)) test.number = rows;
    const DataParts parts{.train = setting.train ? &train : nullptr,
                          .test = setting.test ? &test : nullptr};
    for (const DataRole role : {DataRole::train, DataRole::test}) {
      const bool of_train = role == DataRole::train;
      if (!is_count(of_train ? setting.train : setting.test)) continue;
      const double wanted = *parts.of(role)->number;
      const Index found = source->read(role, parts).rows;
      if (static_cast<double>(found) == wanted) continue;
      return failed("expected ", wanted, " rows of '", of_train ? "train" : "test", ": ", wanted,
                    "', found ", found);
    }
  }
  return passed();
}

}  // namespace espalier::testing
