#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "testing/right_task.hpp"

/// The kit on the plugins of this project, linked and loaded: in float, where they are linked.
#ifndef ESPALIER_REAL_DOUBLE

namespace espalier::test {

namespace {

testing::TaskSetting built(testing::TaskSetting setting = {}) {
  setting.plugin_folders = {ESPALIER_PLUGINS};
  return setting;
}

void check(const testing::Report& report) {
  for (const testing::Result& result : report) {
    INFO(result.check << ": " << result.sentence);
    const bool expected = result.check == "gradients"
                              ? result.kind == testing::Result::Kind::skipped
                              : result.kind == testing::Result::Kind::passed;
    CHECK(expected);
  }
}

}  // namespace

TEST_CASE("the shipped tasks pass every check") {
  check(testing::check_task("letters", {}, built({.features = {5, 5, 2}})));
  check(testing::check_task("digits", {}, built()));
  check(testing::check_task("classification", {{"classes", 5}, {"hidden", {8, 6}}}, built()));
  check(testing::check_task("regression", {{"loss", "huber"}}, built()));
  check(testing::check_task("regression", {}, built({.target = testing::number_column({3})})));
}

TEST_CASE("a library that is not what is linked is told") {
  static constexpr PluginInfo kOther = plugin_info<RightTask>("letters", "not the letters");
  const testing::Report report = testing::check_task(kOther, {}, built());
  CHECK(failures(report) == std::vector<std::string>{"static_dynamic"});
  CHECK(result_of(report, "static_dynamic")
            .sentence.starts_with("expected the same bits from the plugin linked and loaded, found "
                                  "that the loss of step 1 is "));
}

TEST_CASE("a copy of the library that is installed elsewhere is not in the way") {
  namespace fs = std::filesystem;
  std::string folder = (fs::temp_directory_path() / "espalier_copy_XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  fs::copy_file(std::string(ESPALIER_PLUGINS) + "/espalier_digits.so",
                folder + "/espalier_digits.so");
  const char* const variable = std::getenv("ESPALIER_PLUGIN_PATH");
  const std::string before = variable == nullptr ? "" : variable;  // empty is as good as unset
  ::setenv("ESPALIER_PLUGIN_PATH", folder.c_str(), 1);
  const testing::Report report = testing::check_task("digits", {}, built());
  ::setenv("ESPALIER_PLUGIN_PATH", before.c_str(), 1);
  fs::remove_all(folder);
  CHECK(result_of(report, "static_dynamic").sentence == "");
  CHECK(failures(report).empty());
}

}  // namespace espalier::test

ESPALIER_TEST_TASK("classification", {{"classes", 3}, {"smoothing", 0.1}},
                   {.features = {4}, .plugin_folders = {ESPALIER_PLUGINS}});

#endif
