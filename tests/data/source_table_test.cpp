#include <doctest/doctest.h>

#include "data/support.hpp"

namespace espalier {

using data_tests::SetFields;

TEST_CASE("the table lists every source once and makes it") {
  std::string names;
  for (const SourceEntry& entry : source_table()) {
    names += std::string(entry.name) + " ";
    CHECK_FALSE(entry.summary.empty());
    SetFields fields;
    entry.make()->fields(fields);  // the defaults are good values
    CHECK(fields.names.empty() == (entry.name == "none"));
  }
  CHECK(names == "idx multi_mnist glyphs csv none ");
}

}  // namespace espalier
