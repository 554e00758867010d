#include <doctest/doctest.h>

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

}  // namespace espalier::test

ESPALIER_TEST_TASK("classification", {{"classes", 3}, {"smoothing", 0.1}},
                   {.features = {4}, .plugin_folders = {ESPALIER_PLUGINS}});

#endif
