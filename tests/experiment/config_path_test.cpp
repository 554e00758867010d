#include "experiment/config_path.hpp"

#include <cstdlib>
#include <filesystem>

#include "experiment/config_support.hpp"

using namespace espalier;

namespace {

// The path that a YAML file /exp/sets/a.yaml writes as `text`.
std::string file_of(const std::string& text) {
  return read_path(parse_yaml(text, "/exp/sets/a.yaml"), "data.digits.file").file;
}

std::string path_error(const std::string& text) {
  return config_error([&] { read_path(parse_yaml(text, "a.yaml"), "data.digits.file"); });
}

}  // namespace

TEST_CASE("paths start at the folder of the YAML file") {
  CHECK(file_of("x.idx") == "/exp/sets/x.idx");
  CHECK(file_of("../x.idx") == "/exp/x.idx");
  CHECK(file_of("./a//b/../c") == "/exp/sets/a/c");
  CHECK(file_of("/abs/x") == "/abs/x");
  CHECK(read_path(parse_yaml("x", "a.yaml"), "f").file ==
        (std::filesystem::current_path() / "x").string());
}

TEST_CASE("variables of the environment are filled in") {
  ::setenv("ESPALIER_TEST_A", "/data", 1);
  ::setenv("ESPALIER_TEST_B", "sub", 1);
  CHECK(file_of("${ESPALIER_TEST_A}/${ESPALIER_TEST_B}/x") == "/data/sub/x");
  CHECK(file_of("in/${ESPALIER_TEST_B}") == "/exp/sets/in/sub");
  // A relative value is relative to where it was set: the current folder.
  CHECK(file_of("${ESPALIER_TEST_B}/x") ==
        (std::filesystem::current_path() / "sub" / "x").string());
  CHECK(file_of("a$b$") == "/exp/sets/a$b$");
  ::unsetenv("ESPALIER_TEST_A");
  ::unsetenv("ESPALIER_TEST_B");
}

TEST_CASE("a variable that is not set is bad input") {
  ::unsetenv("ESPALIER_TEST_A");
  CHECK(
      path_error("${ESPALIER_TEST_A}/x") ==
      "a.yaml:1:1: data.digits.file: expected the environment variable ESPALIER_TEST_A to be set, "
      "found it unset");
  ::setenv("ESPALIER_TEST_A", "", 1);
  CHECK(
      path_error("${ESPALIER_TEST_A}/x") ==
      "a.yaml:1:1: data.digits.file: expected the environment variable ESPALIER_TEST_A to be set, "
      "found it empty");
  ::unsetenv("ESPALIER_TEST_A");
}

TEST_CASE("the variable of the data sets is explained") {
  const char* const before = std::getenv("ESPALIER_DATA");
  const std::string kept = before != nullptr ? before : "";
  ::unsetenv("ESPALIER_DATA");
  CHECK(path_error("${ESPALIER_DATA}/x") ==
        "a.yaml:1:1: data.digits.file: expected the environment variable ESPALIER_DATA to be set "
        "(it names the folder of the real data sets), found it unset");
  if (before != nullptr) ::setenv("ESPALIER_DATA", kept.c_str(), 1);
}

TEST_CASE("what is no path is refused") {
  const std::string at = "a.yaml:1:1: data.digits.file: ";
  CHECK(path_error("''") == at + "expected a path, found the quoted text ''");
  CHECK(path_error("[a]") == at + "expected a path, found a list");
  CHECK(path_error("~") == at + "expected a path, found nothing");
  CHECK(path_error("a${") == at + "expected '${NAME}' in a path, found '${'");
  CHECK(path_error("${A B}") == at + "expected '${NAME}' in a path, found '${A B}'");
  CHECK(path_error("'${}x'") == at + "expected '${NAME}' in a path, found '${}x'");
  CHECK(path_error("\"a\\0b\"") == at + "expected a path of printable UTF-8 text, found 'a\\x00b'");
  CHECK(path_error("\"a\\nb\"") == at + "expected a path of printable UTF-8 text, found 'a\\x0ab'");
}

TEST_CASE("a written path reads back as itself") {
  for (const std::string file : {"/a/b c.csv", "/a/${X}/$b", "/a/\"q\"", "/1.5"}) {
    const Path path{file, ""};
    CHECK(read_path(write_path(path), "f").file == file);
  }
  CHECK(write_path({}).kind == ConfigNode::Kind::null);
  CHECK(file_of("'$${X}'") == "/exp/sets/${X}");
}
