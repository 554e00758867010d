#include "plugin/build_difference.hpp"

#include <doctest/doctest.h>

#include "core/build_id.hpp"

namespace espalier {

namespace {

void check(std::string_view plugin, std::string_view framework, std::string_view theirs,
           std::string_view ours) {
  const BuildDifference found = build_difference(plugin, framework);
  CHECK(found.plugin == theirs);
  CHECK(found.framework == ours);
}

}  // namespace

TEST_CASE("two builds are reduced to the parts in which they differ") {
  check("a 1; b 2; c 3", "a 1; b 2; c 3", "", "");
  check("a 1; b 7; c 3", "a 1; b 2; c 3", "b 7", "b 2");
  check("a 9; b 2; c 8", "a 1; b 2; c 3", "a 9; c 8", "a 1; c 3");
}

TEST_CASE("builds of another number of parts are named whole") {
  check("a 1; b 2", "a 1; b 2; c 3", "a 1; b 2", "a 1; b 2; c 3");
  check("", "a 1; b 2", "", "a 1; b 2");
  check("a 1; ", "a 1; b 2", "", "b 2");
}

TEST_CASE("a build names the framework, the compiler, the scalar type and the instruction sets") {
  const std::string build(build_string());
  for (const char* const part : {"espalier ", "; c++20; ", "; libstdc++ ", "; real ", "; simd ",
                                 "; xtensor 0.", "; sanitize ", "; arch "}) {
    CAPTURE(part);
    CHECK(build.find(part) != std::string::npos);
  }
}

}  // namespace espalier
