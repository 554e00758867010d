// tests/malformed/NN_name.yaml: experiments that are wrong in one way each. Comment lines say what
// must come out:
//   # expect: the whole sentence, with the file's name alone (first line)
//   # override: key.path=value, any number of them
//   # needs: command; the text reads well, and only data, a plugin or the model shows the mistake
// Here all but the last kind are read; tests/cli/malformed_test.py runs all of them as a user does.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "experiment/spec_support.hpp"

using namespace espalier;

namespace {

namespace fs = std::filesystem;

struct MalformedCase {
  std::string text;
  std::string expected;
  std::vector<std::string> overrides;
  bool needs_command = false;
};

MalformedCase read_case(const fs::path& path) {
  MalformedCase c;
  std::ifstream file(path, std::ios::binary);
  c.text.assign(std::istreambuf_iterator<char>(file), {});
  std::string_view rest = c.text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto take = [&](std::string_view key) {
      return line.starts_with(key) ? std::string(line.substr(key.size())) : std::string();
    };
    if (std::string sentence = take("# expect: "); !sentence.empty()) c.expected = sentence;
    if (std::string text = take("# override: "); !text.empty()) c.overrides.push_back(text);
    c.needs_command |= line == "# needs: command";
  }
  return c;
}

std::string error_of(const MalformedCase& c, const std::string& file_name) {
  return config_error([&] {
    ConfigNode root = parse_yaml(c.text, file_name);
    for (const std::string& text : c.overrides) apply_override(root, text);
    read_spec(root);
  });
}

}  // namespace

TEST_CASE("every malformed experiment is refused with its sentence") {
  int refused = 0;
  for (const auto& entry :
       fs::directory_iterator(fs::path(ESPALIER_SOURCE_DIR) / "tests/malformed")) {
    if (entry.path().extension() != ".yaml") continue;
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const MalformedCase c = read_case(entry.path());
    CHECK(c.text.starts_with("# expect: "));
    CHECK(error_of(c, name) == (c.needs_command ? "no error" : c.expected));
    refused += c.needs_command ? 0 : 1;
  }
  CHECK(refused >= 60);
}
