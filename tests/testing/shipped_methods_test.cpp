#include <map>

#include "testing/right_plugins.hpp"

/// The kit on the framework's own methods: what it expects of a balancer, all of them do.
#ifndef ESPALIER_REAL_DOUBLE

#include "balance/balancer.hpp"

namespace espalier::test {

namespace {

std::size_t chosen = 0;  // entry of the table that the plugin makes

void* make_chosen(char* /*error*/, std::size_t /*size*/) noexcept {
  return balancer_table()[chosen].make().release();
}

testing::Report checked(std::size_t entry) {
  chosen = entry;
  PluginInfo info = kInfo<RightBalancer>;
  info.create = make_chosen;
  const std::string_view name = balancer_table()[entry].name;
  testing::Options options;
  if (name == "fixed") options = {{"weights", {1.5, 1.5, 1.5, 1.5}}};
  return testing::check_balancer(info, options, {});
}

/// Checks that fail and should.
const std::map<std::string_view, std::string>& expected_failures() {
  static const std::map<std::string_view, std::string> all = {
      {"fixed", "one_task"},   // weights of four tasks
      {"rlw", "permutation"},  // these three draw numbers task by task
      {"pcgrad", "permutation"}, {"gradvac", "permutation"},
      {"krum", "permutation"},  // of three tasks some are equally close: the first one counts
  };
  return all;
}

}  // namespace

TEST_CASE("the framework's own methods pass the kit's checks") {
  for (std::size_t entry = 0; entry < balancer_table().size(); ++entry) {
    const std::string_view name = balancer_table()[entry].name;
    const auto found = expected_failures().find(name);
    std::vector<std::string> expected;
    if (found != expected_failures().end()) expected = {found->second};
    const testing::Report report = checked(entry);
    CAPTURE(name);
    CHECK(failures(report) == expected);
  }
}

}  // namespace espalier::test

#endif
