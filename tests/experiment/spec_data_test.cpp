#include "experiment/spec_support.hpp"

using namespace espalier;

namespace {

/// The small experiment with `data.letters` set to `value`.
ExperimentSpec with_data(const std::string& value) { return small_spec({"data.letters=" + value}); }

std::string data_error(const std::string& value) {
  const std::string error = config_error([&] { with_data(value); });
  const std::size_t place = error.find("': ");
  return place == std::string::npos ? error : error.substr(place + 3);
}

}  // namespace

TEST_CASE("a generator is told how many rows to make") {
  const ExperimentSpec spec = small_spec({"data.letters.limit=20", "data.letters.validation=0.25"});
  const DataSpec& data = spec.data.at(0);
  CHECK(data.name == "letters");
  CHECK(data.source.name == "glyphs");
  CHECK(data.source.place == "/exp/small.yaml:3:22: data.letters.source");
  CHECK(data.train.value().number == 30.0);
  CHECK(data.train->place == "/exp/small.yaml:3:55: data.letters.train");
  CHECK(data.test.value().number == 10.0);
  CHECK(data.limit == 20);
  CHECK(data.validation == 0.25);
  CHECK(data.test_source.object == nullptr);
}

TEST_CASE("files are named by column") {
  const ExperimentSpec spec =
      with_data("{ source: idx, train: { images: a.gz, label: /b }, scale: 2 }");
  const DataSpec& data = spec.data.at(0);
  CHECK(data.train.value().files.at("images").file == "/exp/a.gz");
  CHECK(data.train->files.at("label").file == "/b");
  CHECK_FALSE(data.train->number.has_value());
  CHECK_FALSE(data.test.has_value());
}

TEST_CASE("the test part may be read by a source of its own") {
  const ExperimentSpec files = with_data(
      "{ source: glyphs, classes: letters, train: 30, test: { source: idx, images: i, label: l, "
      "select: { label: 10-35 }, scale: 1 } }");
  const DataSpec& data = files.data.at(0);
  CHECK(data.source.name == "glyphs");
  CHECK(data.test_source.name == "idx");
  CHECK(data.test.value().files.at("images").file == "/exp/i");
  CHECK(data.test->files.size() == 2);
  CHECK(data.test_select.at("label") == "10-35");
  CHECK(data.select.empty());
  const ExperimentSpec made = with_data(
      "{ source: idx, train: { images: a }, test: { source: glyphs, classes: letters, count: 9 } "
      "}");
  CHECK(made.data.at(0).test.value().number == 9.0);
}

TEST_CASE("labels are selected by ranges") {
  const auto selected = [](const std::string& ranges) {
    const ExperimentSpec spec = small_spec({"data.letters.select.label=" + ranges});
    return spec.data.at(0).select.at("label");
  };
  CHECK(selected("10-35") == "10-35");
  CHECK(selected("7") == "7");
  CHECK(selected("[0-4, 7]") == "0-4,7");
  CHECK(selected("'0-4,7'") == "0-4,7");
  const std::string expected =
      "data.letters.select.label: expected ranges of labels such as 10-35 or [0-4, 7], found ";
  for (const std::string wrong : {"a", "1-", "-1", "1--2", "1-2-3", "1 - 2", "99999999999"}) {
    CAPTURE(wrong);
    CHECK(small_error({"data.letters.select.label=" + wrong}) ==
          "override 'data.letters.select.label=" + wrong + "': " + expected + "'" + wrong + "'");
  }
  CHECK(small_error({"data.letters.select.label=[[1]]"}).ends_with(expected + "a list"));
  CHECK(small_error({"data.letters.select=10-35"}) ==
        "override 'data.letters.select=10-35': data.letters.select: expected a map such as "
        "{ label: 10-35 }, found '10-35'");
}

TEST_CASE("a part is a count, a fraction or files") {
  const auto part_error = [](const std::string& value) {
    const std::string error = small_error({"data.letters.train=" + value});
    return error.substr(error.find("': ") + 3);
  };
  CHECK(small_spec({"data.letters.test=0.1"}).data.at(0).test.value().number == 0.1);
  const std::string at = "data.letters.train: ";
  const std::string fraction = "expected a fraction above 0 and below 1, found ";
  CHECK(part_error("0") == at + "expected an integer from 1 to 9007199254740992, found 0");
  CHECK(part_error("-3") == at + "expected an integer from 1 to 9007199254740992, found -3");
  CHECK(part_error("1.5") == at + fraction + "1.5");
  CHECK(part_error("1e3") == at + fraction + "1000");
  CHECK(part_error("-0.5") == at + fraction + "-0.5");
  CHECK(part_error("030") == at + "expected an integer from 1 to 9007199254740992, found '030' (a "
                                  "leading zero means octal to some readers)");
  const std::string expected =
      at + "expected a number, or files such as { images: F, label: F }, found ";
  CHECK(part_error("x.csv") == expected + "'x.csv'");
  CHECK(part_error("'30'") == expected + "the quoted text '30'");
  CHECK(part_error("[a]") == expected + "a list");
  CHECK(part_error("{}") == expected + "an empty map");
  CHECK(part_error("{ source: idx, images: a }") ==
        "data.letters.train.source: expected files by column; only a test part with a source of "
        "its own has 'source'");
  CHECK(part_error("{ images: [a] }") ==
        "data.letters.train.images: expected a path, found a list");
}

TEST_CASE("the source is a name, and its options stand beside it") {
  CHECK(data_error("{ source: glyhps, train: 3 }") ==
        "data.letters.source: unknown source 'glyhps'; did you mean 'glyphs'?");
  CHECK(data_error("{ source: { glyphs: { classes: letters } }, train: 3 }") ==
        "data.letters.source: expected the name of a source, found a map; its options stand beside "
        "'source'");
  CHECK(data_error("{ sorce: glyphs, classes: letters }") ==
        "data.letters: unknown key 'sorce'; did you mean 'source'?");
  CHECK(data_error("{ classes: letters }") ==
        "data.letters: expected the key 'source' (what reads the data, or makes it; its options "
        "stand beside this key), found none");
  CHECK(data_error("{ source: glyphs, clases: letters, train: 3 }") ==
        "data.letters: unknown key 'clases'; did you mean 'classes'?");
  CHECK(small_error({"data={}"}) ==
        "override 'data={}': data: expected a map with at least one data set, found an empty map");
  CHECK(small_error({"data=[a]"}) ==
        "override 'data=[a]': data: expected a map with at least one data set, found a list");
}

TEST_CASE("a test part of its own has one form") {
  const auto test_error = [](const std::string& value) {
    return data_error("{ source: glyphs, classes: letters, train: 3, test: " + value + " }");
  };
  CHECK(test_error("{ source: glyphs, classes: letters, count: 3, fraction: 0.5 }") ==
        "data.letters.test.fraction: expected a count or a fraction, found both");
  CHECK(test_error("{ source: glyphs, classes: letters, count: 3, images: a }") ==
        "data.letters.test: expected a number or files, found both");
  CHECK(test_error("{ source: glyphs, classes: leters, count: 3 }") ==
        "data.letters.test.classes: expected one of letters, digits, characters, found 'leters'; "
        "did you mean 'letters'?");
}

TEST_CASE("what is split off is a share below one") {
  CHECK(small_error({"data.letters.validation=1"}) ==
        "override 'data.letters.validation=1': data.letters.validation: expected a number below 1, "
        "found 1");
  CHECK(small_error({"data.letters.validation=1.5"}) ==
        "override 'data.letters.validation=1.5': data.letters.validation: expected a number from 0 "
        "to 1, found 1.5");
}

TEST_CASE("no source has an option with the name of a key of the data set") {
  struct Names final : ConfigFields {
    std::vector<std::string> all;
    void flag(const Field& f, bool&) override { all.emplace_back(f.name); }
    void integer(const Field& f, Index&, const IntegerRange&) override { all.emplace_back(f.name); }
    void number(const Field& f, double&, const NumberRange&) override { all.emplace_back(f.name); }
    void word(const Field& f, std::string&, std::span<const std::string_view>) override {
      all.emplace_back(f.name);
    }
    void integers(const Field& f, std::vector<Index>&, const IntegerRange&) override {
      all.emplace_back(f.name);
    }
    void numbers(const Field& f, std::vector<double>&, const NumberRange&) override {
      all.emplace_back(f.name);
    }
    void words(const Field& f, std::vector<std::string>&) override { all.emplace_back(f.name); }
    void path(const Field& f, Path&) override { all.emplace_back(f.name); }
    void form(const Field& f, const Form&) override { all.emplace_back(f.name); }
    void rest(std::string_view, ConfigNode&) override {}
    void refuse(std::string_view, const std::string& message) override {
      throw ConfigError(message);
    }
  };
  for (const SourceEntry& entry : source_table()) {
    Names own;
    entry.make()->fields(own);
    for (const std::string& name : own.all) {
      CAPTURE(entry.name);
      for (const char* const key :
           {"source", "train", "test", "select", "limit", "validation", "count", "fraction"}) {
        CHECK(name != key);
      }
    }
  }
}
