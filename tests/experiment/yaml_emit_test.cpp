#include "experiment/yaml_emit.hpp"

#include "espalier/random.hpp"
#include "experiment/config_support.hpp"

using namespace espalier;

namespace {

using Kind = ConfigNode::Kind;

// Equal as values; quotes count where they change the meaning.
bool same(const ConfigNode& a, const ConfigNode& b) {
  if (a.kind != b.kind || a.scalar != b.scalar || a.items.size() != b.items.size() ||
      a.keys() != b.keys()) {
    return false;
  }
  if (a.kind == Kind::scalar && a.quoted != b.quoted && !a.quoted) {
    return !reads_as_text(a.scalar);  // comes back quoted because it cannot stand without
  }
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (!same(a.items[i], b.items[i])) return false;
  }
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    if (!same(a.entries[i].value, b.entries[i].value)) return false;
  }
  return a.quoted == b.quoted;
}

std::size_t below(RandomStream& random, std::size_t n) { return random.next() % n; }

std::string random_text(RandomStream& random) {
  static const std::vector<std::string> kPieces = {"a",
                                                   "B9",
                                                   "0",
                                                   "12",
                                                   ".5",
                                                   "e",
                                                   "-",
                                                   "--",
                                                   " ",
                                                   "  ",
                                                   ":",
                                                   ": ",
                                                   "#",
                                                   " #",
                                                   "'",
                                                   "\"",
                                                   "\\",
                                                   "\n",
                                                   "\t",
                                                   "\x01",
                                                   "\x7f",
                                                   "[",
                                                   "]",
                                                   "{",
                                                   "}",
                                                   ",",
                                                   "&",
                                                   "*",
                                                   "!",
                                                   "|",
                                                   ">",
                                                   "%",
                                                   "@",
                                                   "`",
                                                   "?",
                                                   "? ",
                                                   "- ",
                                                   "~",
                                                   "null",
                                                   "true",
                                                   "no",
                                                   "${X}",
                                                   "\xc3\xa9",
                                                   "\xc2\x85",
                                                   "\xe2\x80\xa8",
                                                   "\xef\xbb\xbf",
                                                   "<<",
                                                   "=",
                                                   "...",
                                                   "---",
                                                   "inf",
                                                   "0x",
                                                   "_"};
  std::string text;
  const std::size_t pieces = below(random, 4);
  for (std::size_t i = 0; i < pieces; ++i) text += kPieces[below(random, kPieces.size())];
  return text;
}

ConfigNode random_node(RandomStream& random, int depth) {
  const std::size_t kind = below(random, depth > 0 ? 6 : 3);
  if (kind == 0) return {};
  if (kind < 3) {
    ConfigNode node = ConfigNode::make_text(random_text(random));
    node.quoted |= below(random, 4) == 0;
    return node;
  }
  ConfigNode node = kind == 3 ? ConfigNode::make_list() : ConfigNode::make_map();
  const std::size_t size = below(random, 4);
  for (std::size_t i = 0; i < size; ++i) {
    ConfigNode child = random_node(random, depth - 1);
    if (kind == 3) {
      node.items.push_back(std::move(child));
    } else {
      std::string key = random_text(random);
      std::erase_if(key,
                    [](char c) { return c == '\n' || c == '\t' || c == '\x01' || c == '\x7f'; });
      node.set(key.empty() ? "k" : key, std::move(child));
    }
  }
  return node;
}

}  // namespace

TEST_CASE("nodes are written in block style, lists of scalars in brackets") {
  const std::string text =
      "name: letters\n"
      "input: [1, 28, 28]\n"
      "none: null\n"
      "empty: {}\n"
      "only: []\n"
      "stages:\n"
      "  - name: conv1\n"
      "    layers:\n"
      "      - conv:\n"
      "          channels: 32\n"
      "      - relu\n"
      "  - [a, b]\n"
      "  - - c: 1\n"
      "    - d\n";
  CHECK(emit_yaml(parse_yaml(text, "exp.yaml")) == text);
}

TEST_CASE("a scalar or nothing is a document of one line") {
  CHECK(emit_yaml(ConfigNode::make_plain("5")) == "5\n");
  CHECK(emit_yaml(ConfigNode()) == "null\n");
  CHECK(emit_yaml(ConfigNode::make_map()) == "{}\n");
}

TEST_CASE("text that would read as something else is quoted") {
  for (const std::string text :
       {"5",    "-1.5", "1e3", "0x1f", "0o7", "1_000", ".inf", "-.NaN", "true", "No",      "y",
        "null", "~",    "",    " a",   "a ",  "a: b",  "a #b", "- a",   "-",    "[a",      "a, b",
        "*a",   "&a",   "'a'", "%a",   "@a",  "?",     "---",  "a\nb",  "${X}", "\xc3\xa9"}) {
    CAPTURE(text);
    CHECK_FALSE(reads_as_text(text));
    CHECK(ConfigNode::make_text(text).quoted);
  }
  for (const std::string text : {"letters", "a b", "10-35", "/data/x.idx", "nope", "x1", "infinity",
                                 "1.2.3", "a=b", "-x", "trunk/conv1", "0-9a", "e5"}) {
    CAPTURE(text);
    CHECK(reads_as_text(text));
  }
  CHECK(emit_yaml(ConfigNode::make_text("a\"b\\\n\t\x01")) == "\"a\\\"b\\\\\\n\\t\\x01\"\n");
}

TEST_CASE("parsing what is written gives the same nodes") {
  RandomStream random(3, "test/yaml_emit");
  for (int i = 0; i < 3000; ++i) {
    const ConfigNode node = random_node(random, 4);
    const std::string text = emit_yaml(node);
    CAPTURE(text);
    const ConfigNode back = parse_yaml(text, "exp.yaml");
    REQUIRE(same(node, back));
    REQUIRE(emit_yaml(back) == text);
  }
}
