#include "experiment/yaml_parse.hpp"

#include <filesystem>
#include <fstream>

#include "experiment/config_support.hpp"

using namespace espalier;

namespace {

using Kind = ConfigNode::Kind;

ConfigNode parsed(const std::string& yaml) { return parse_yaml(yaml, "exp.yaml"); }

std::string yaml_error(const std::string& yaml) {
  return config_error([&] { parsed(yaml); });
}

std::string repeated(const std::string& part, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += part;
  return all;
}

}  // namespace

TEST_CASE("a document becomes nodes with places") {
  const ConfigNode root = parsed("a: 1\nb:\n  - x\n  - 'y'\nc: {d: ~, e: }\nf:\n");
  CHECK(root.kind == Kind::map);
  CHECK(root.keys() == std::vector<std::string>{"a", "b", "c", "f"});
  CHECK(root.find("a")->scalar == "1");
  CHECK(root.find("a")->where() == "exp.yaml:1:4");
  const ConfigNode& list = *root.find("b");
  CHECK(list.items.at(0).where() == "exp.yaml:3:5");
  CHECK_FALSE(list.items.at(0).quoted);
  CHECK(list.items.at(1).quoted);
  CHECK(root.find("c")->find("d")->kind == Kind::null);
  CHECK(root.find("c")->find("e")->kind == Kind::null);
  CHECK(root.entries.at(3).where() == "exp.yaml:6:1");
  // Nothing is written for f: its place is that of the key.
  CHECK(root.find("f")->where() == "exp.yaml:6:1");
  CHECK(root.find("nope") == nullptr);
}

TEST_CASE("text in quotes, folded or literal is a quoted scalar") {
  CHECK(parsed("\"a\\tb\"").scalar == "a\tb");
  CHECK(parsed("'it''s'").scalar == "it's");
  CHECK(parsed("a: |\n  x\n  y\n").find("a")->scalar == "x\ny\n");
  CHECK(parsed("a: >-\n  x\n  y\n").find("a")->scalar == "x y");
  CHECK(parsed("a: >-\n  5\n").find("a")->quoted);
}

TEST_CASE("a byte order mark and carriage returns are no part of the text") {
  const ConfigNode root = parsed(
      "\xef\xbb\xbf"
      "a: 1\r\nb: 2\r\n");
  CHECK(root.find("a")->scalar == "1");
  CHECK(root.find("b")->where() == "exp.yaml:2:4");
}

TEST_CASE("an empty text is refused") {
  const std::string message = "exp.yaml:1:1: expected a YAML document, found an empty one";
  CHECK(yaml_error("") == message);
  CHECK(yaml_error("# only a comment\n") == message);
  CHECK(parsed("---\n").kind == Kind::null);
}

TEST_CASE("duplicate keys are refused, naming the first") {
  CHECK(yaml_error("seed: 1\nname: a\nseed: 2\n") ==
        "exp.yaml:3:1: duplicate key 'seed', first given in line 1");
  CHECK(yaml_error("train:\n  epochs: 1\n  epochs: 2\n") ==
        "exp.yaml:3:3: train: duplicate key 'epochs', first given in line 2");
  CHECK(yaml_error("s: [{a: 1}, {b: 1, 'b': 2}]") ==
        "exp.yaml:1:20: s.1: duplicate key 'b', first given in line 1");
}

TEST_CASE("one document and nothing after it") {
  CHECK(yaml_error("a: 1\n---\nb: 2\n") ==
        "exp.yaml:2:1: expected one document, found a second one");
  CHECK(yaml_error("{a: 1}\nb: 2\n") ==
        "exp.yaml:2:1: expected the end of the document, found more text");
  CHECK(yaml_error("a: 1\n...\nb: 2\n") ==
        "exp.yaml:3:1: expected the end of the document, found more text");
  CHECK(yaml_error("- a\n-b\n") ==
        "exp.yaml:2:1: expected the end of the document, found more text");
  // These never end when yaml-cpp is asked for all documents.
  CHECK(yaml_error(",") == "exp.yaml:1:1: expected the end of the document, found more text");
  CHECK(yaml_error("{a: 1},") == "exp.yaml:1:7: expected the end of the document, found more text");
  CHECK(yaml_error("[1] ,") == "exp.yaml:1:5: expected the end of the document, found more text");
  CHECK(yaml_error("--- a\n...\n") == "no error");
}

TEST_CASE("aliases are copied") {
  const ConfigNode root = parsed("a: &x [1, {b: 2}]\nc: *x\nd: &y 5\ne: *y\n");
  CHECK(root.find("c")->items.at(1).find("b")->scalar == "2");
  CHECK(root.find("e")->scalar == "5");
}

TEST_CASE("aliases of nothing or of themselves are refused") {
  CHECK(yaml_error("a: *x\n") ==
        "exp.yaml:1:4: expected an alias of a value before it, found none");
  CHECK(yaml_error("&a [*a]") ==
        "exp.yaml:1:5: 0: expected an alias of a finished value, found one inside itself");
  CHECK(yaml_error("a: &x {b: *x}") ==
        "exp.yaml:1:11: a.b: expected an alias of a finished value, found one inside itself");
}

TEST_CASE("alias bombs are refused before they are written out") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string alias = text::cat("*a", i - 1);
    bomb += text::cat("a", i, ": &a", i, " [", alias, repeated(", " + alias, 9), "]\n");
  }
  CHECK(yaml_error(bomb) ==
        "exp.yaml:5:40: a4.6: expected at most 100000 values, aliases written out, found more");
}

TEST_CASE("the number of values is limited") {
  CHECK(parsed("[" + repeated("1,", 99'999) + "]").items.size() == 99'999);
  CHECK(yaml_error("[" + repeated("1,", 100'000) + "]") ==
        "exp.yaml:1:200000: 99999: expected at most 100000 values, aliases written out, found "
        "more");
}

TEST_CASE("the depth of nesting is limited, aliases included") {
  CHECK(yaml_error(repeated("[", 64) + repeated("]", 64)) == "no error");
  CHECK(yaml_error(repeated("[", 65) + repeated("]", 65)) ==
        "exp.yaml:1:65: expected at most 64 levels of nesting, found more");
  CHECK(yaml_error(repeated("[", 100'000)) ==
        "exp.yaml:1:1: expected a closing bracket or brace, found the end of the text");
  const std::string forty = repeated("[", 40) + "x" + repeated("]", 40);
  CHECK(yaml_error("- &a " + forty + "\n- " + repeated("[", 23) + "*a" + repeated("]", 23)) ==
        "no error");
  CHECK(yaml_error("- &a " + forty + "\n- " + repeated("[", 24) + "*a" + repeated("]", 24))
            .ends_with("expected at most 64 levels of nesting, found more"));
}

TEST_CASE("keys are text") {
  CHECK(yaml_error("? [a]\n: 1\n") == "exp.yaml:1:3: expected a key, found a list");
  CHECK(yaml_error("{{a: 1}: 2}") == "exp.yaml:1:2: expected a key, found a map");
  CHECK(yaml_error(": 1\n") == "exp.yaml:1:1: expected a key, found nothing");
  CHECK(yaml_error("null: 1\n") == "exp.yaml:1:1: expected a key, found nothing");
  CHECK(yaml_error("a: &x k\n? *x\n: 1\n") == "exp.yaml:2:3: expected a key, found an alias");
  CHECK(yaml_error("'': 1\n") ==
        "exp.yaml:1:1: expected a key of 1 to 128 printable bytes, found ''");
  CHECK(yaml_error("\"a\\nb\": 1\n") ==
        "exp.yaml:1:1: expected a key of 1 to 128 printable bytes, found 'a\\x0ab'");
  CHECK(yaml_error(repeated("k", 129) + ": 1\n")
            .starts_with("exp.yaml:1:1: expected a key of 1 to 128 printable bytes, found 'kkk"));
  CHECK(parsed("'null': 1\n").find("null")->scalar == "1");
}

TEST_CASE("a key without a colon is refused") {
  CHECK(yaml_error("foo: bar\nnot-a-key\n") ==
        "exp.yaml:2:1: not-a-key: expected ':' after the key, found the end of the line");
  CHECK(yaml_error("a: 1\nb") ==
        "exp.yaml:2:1: b: expected ':' after the key, found the end of the line");
  CHECK(yaml_error("a: 1\nb:") == "no error");
  CHECK(yaml_error("s:\n  - a: # c") == "no error");
}

TEST_CASE("merge keys and tags are refused") {
  CHECK(yaml_error("a: &x {b: 1}\nc:\n  <<: *x\n") ==
        "exp.yaml:3:3: c: expected a key, found the merge key '<<', which is not supported; write "
        "the keys out, or use an alias for the whole value");
  CHECK(yaml_error("a: !!int 5\n") ==
        "exp.yaml:1:4: a: expected a value without a tag, found the tag 'tag:yaml.org,2002:int'");
  CHECK(yaml_error("a: !x {b: 1}\n") ==
        "exp.yaml:1:4: a: expected a value without a tag, found the tag '!x'");
}

TEST_CASE("mistakes of syntax are told with their place") {
  CHECK(yaml_error("a: [1, 2\n") == "exp.yaml:2:1: expected ',' or ']' in a list in brackets");
  CHECK(yaml_error("[1, 2") ==
        "exp.yaml:1:1: expected a closing bracket or brace, found the end of the text");
  CHECK(yaml_error("{a: 1") ==
        "exp.yaml:1:1: expected a closing bracket or brace, found the end of the text");
  CHECK(yaml_error("a: {b: 1\nc: 3\n") == "exp.yaml:2:2: expected ',' or '}' in a map in braces");
  CHECK(yaml_error("a:\n  b: 1\n c: 2\n") ==
        "exp.yaml:3:2: expected a key at the indentation of the keys before it");
  CHECK(yaml_error("a: b: c\n") ==
        "exp.yaml:1:5: expected no ':' here; put text that holds one in quotes, and keys at the "
        "indentation of the keys before them");
  CHECK(yaml_error("a: - b\n") ==
        "exp.yaml:1:4: expected no '-' here; a list begins on a line of its own");
  CHECK(yaml_error("a: ]\n") ==
        "exp.yaml:1:4: expected a value, found a bracket or brace that closes nothing");
  CHECK(yaml_error("a: @b\n") ==
        "exp.yaml:1:4: expected a value, found a character that must stand in quotes");
  CHECK(yaml_error("a: \"x\\qy\"\n") ==
        "exp.yaml:1:8: expected valid YAML, found: unknown escape character: q");
}

TEST_CASE("tabs do not indent") {
  const std::string message = "expected spaces for indentation, found a tab";
  CHECK(yaml_error("a: 1\n\tb: 2\n") == "exp.yaml:2:1: " + message);
  CHECK(yaml_error("a:\n\t- b\n") == "exp.yaml:2:2: " + message);
  CHECK(yaml_error("\tx: 1\n") == "exp.yaml:1:3: " + message);
}

TEST_CASE("a variable inside braces must stand in quotes") {
  const std::string message =
      "expected a path with '${...}' inside braces or brackets to stand in quotes";
  CHECK(yaml_error("a: { b: ${X}/c }\n") == "exp.yaml:1:10: " + message);
  CHECK(yaml_error("a: [x/${X}]\n") == "exp.yaml:1:8: " + message);
  CHECK(parsed("a: { b: '${X}/c' }\n").find("a")->find("b")->scalar == "${X}/c");
  CHECK(parsed("a: ${X}/c\n").find("a")->scalar == "${X}/c");
}

TEST_CASE("quotes that are not closed are refused wherever the line ends") {
  const std::string message = "expected a closing quote, found the end of the text";
  CHECK(yaml_error("a: \"foo\n") == "exp.yaml:1:4: a: " + message);
  CHECK(yaml_error("a: 'foo\n  b: 1\n") == "exp.yaml:1:4: a: " + message);
  CHECK(yaml_error("a: &x 'it''s\n") == "exp.yaml:1:4: a: " + message);
  CHECK(yaml_error("a: \"x\\\"\n") == "exp.yaml:1:4: a: " + message);
  CHECK(yaml_error("a: \"foo").ends_with(message));
  CHECK(yaml_error("a: &x 'it''s'\nb: \"\\\"\"\n") == "no error");
}

TEST_CASE("text that is no text is refused") {
  CHECK(yaml_error("a: 1\nb: \xff\n") == "exp.yaml:2:4: expected UTF-8 text, found byte 0xff");
  CHECK(yaml_error("a: \xc0\xaf\n") == "exp.yaml:1:4: expected UTF-8 text, found byte 0xc0");
  CHECK(yaml_error("a: \xed\xa0\x80\n") == "exp.yaml:1:4: expected UTF-8 text, found byte 0xed");
  // yaml-cpp takes this byte for the end of the text.
  CHECK(yaml_error("a: 1\n\x04"
                   "b: 2\n") == "exp.yaml:2:1: expected printable text, found byte 0x04");
  CHECK(yaml_error(std::string("a: \0b\n", 6)) ==
        "exp.yaml:1:4: expected printable text, found byte 0x00");
  CHECK(yaml_error("a: 1\rb: 2\n") == "exp.yaml:1:5: expected printable text, found byte 0x0d");
  CHECK(parsed("a: \xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\xb3\n").find("a")->scalar ==
        "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\xb3");
}

TEST_CASE("a file that cannot be read is bad input") {
  const auto load_error = [](const std::string& path) {
    return config_error([&] { load_yaml(path); });
  };
  CHECK(load_error("/nowhere/exp.yaml") ==
        "/nowhere/exp.yaml: cannot read: No such file or directory");
  CHECK(load_error("/tmp") == "/tmp: cannot read: Is a directory");
}

TEST_CASE("a file is read with its own name and folder") {
  namespace fs = std::filesystem;
  const fs::path path = fs::temp_directory_path() / "espalier_yaml_parse_test.yaml";
  std::ofstream(path) << "a: 1\n";
  const ConfigNode root = load_yaml(path.string());
  fs::remove(path);
  CHECK(root.where() == path.string() + ":1:1");
  CHECK(root.origin->folder == path.parent_path().string());
}
