#include <doctest/doctest.h>

#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "support.hpp"

// Sources that plugins bring: the data is looked at, what they throw names them.
namespace espalier {

namespace {

Registry registry() { return Registry({ESPALIER_BAD_PLUGINS}); }

std::string read_error(const std::string& plugin) {
  try {
    registry().load_source(plugin)->read(DataRole::train, {});  // its registry is gone
  } catch (const PluginError& error) {
    return error.what();
  }
  return "read";
}

}  // namespace

TEST_CASE("what a source throws names the plugin and the call") {
  CHECK(read_error("throws_in_read") == "[plugin throws_in_read] read: the well is dry");
}

TEST_CASE("data that does not fit together is refused") {
  CHECK(read_error("wrong_row_count") ==
        "[plugin wrong_row_count] read: expected column 'inputs' to hold 20 real numbers (10 rows "
        "of (2)), found 19");
  CHECK(read_error("wrong_label") ==
        "[plugin wrong_label] read: expected labels from 0 to 1, or -1 where one is missing, in "
        "column 'label', found 2 in row 7");
  CHECK(read_error("column_twice") ==
        "[plugin column_twice] read: expected columns of different names, found 'inputs' more "
        "than once");
  CHECK(read_error("infinite_input") ==
        "[plugin infinite_input] read: expected finite numbers in column 'inputs', found inf in "
        "row 2");
}

TEST_CASE("digest and classes are formed where a source leaves them open") {
  const auto source = registry().load_source("throws_in_read");  // its test data is fine
  const Dataset data = source->read(DataRole::test, {});
  CHECK(data.digest.size() == 64);
  CHECK(data.digest == source->read(DataRole::test, {}).digest);
  CHECK(data.find("label")->classes == 2);
}

TEST_CASE("a plugin of another kind is no source") {
  CHECK_THROWS_WITH_AS(registry().load_source("counted"),
                       "[plugin counted] expected a plugin that contributes a source, found one "
                       "that contributes a task",
                       PluginError);
}

TEST_CASE("a name is in reach, usable or not, or it is no name") {
  const Registry all = registry();
  CHECK(all.has("number_file"));
  CHECK(all.has("no_stamp"));
  CHECK_FALSE(all.has("nowhere"));
  CHECK_FALSE(all.has("../bad_plugins/counted"));
  CHECK_FALSE(all.has(""));
}

}  // namespace espalier
