#include "core/shell.hpp"

#include <doctest/doctest.h>

using namespace espalier;

TEST_CASE("a list of folders is split at its colons, empty entries name none") {
  using Folders = std::vector<std::string>;
  CHECK(path_entries("") == Folders{});
  CHECK(path_entries("/a b") == Folders{"/a b"});
  CHECK(path_entries(":/a::b/c:") == Folders{"/a", "b/c"});
}

TEST_CASE("a shell reads a quoted word as it was") {
  CHECK(shell_word("/a b/$c") == "'/a b/$c'");
  CHECK(shell_word("it's") == "'it'\\''s'");
}
