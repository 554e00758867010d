#include "experiment/config_read.hpp"

#include "experiment/config_support.hpp"

using namespace espalier;

namespace {

std::string sample_error(const std::string& yaml) {
  return config_error([&] { read_sample(yaml); });
}

struct NoOptions {
  void fields(Fields& /*f*/) {}
};

}  // namespace

TEST_CASE("a map gives the fields it names; the others keep their defaults") {
  const SampleOptions options = read_sample(
      "units: 3\nrate: 0.25\nbias: false\nshape: [4, 5]\ncolumns: [x, 'y z']\nfile: a/b.csv\n");
  CHECK(options.units == 3);
  CHECK(options.rate == 0.25);
  CHECK_FALSE(options.bias);
  CHECK(options.init == "he_normal");
  CHECK(options.shape == std::vector<Index>{4, 5});
  CHECK(options.columns == std::vector<std::string>{"x", "y z"});
  CHECK(options.file.file.ends_with("/a/b.csv"));
  CHECK(options.file.place == "exp.yaml:6:7: layer.file");
}

TEST_CASE("a scalar in place of the map is the first field") {
  CHECK(read_sample("4096").units == 4096);
  CHECK(sample_error("x") == "exp.yaml:1:1: layer: expected an integer of at least 1, found 'x'");
  CHECK(sample_error("[1, 2]") ==
        "exp.yaml:1:1: layer: expected an integer of at least 1, found a list");
}

TEST_CASE("a single element stands for a list of one, and an empty list is one") {
  const SampleOptions options = read_sample("{ units: 1, shape: 9, columns: [] }");
  CHECK(options.shape == std::vector<Index>{9});
  CHECK(options.columns.empty());
}

TEST_CASE("nothing in place of the map leaves the defaults, where nothing is required") {
  struct Optional {
    Index n = 5;
    void fields(Fields& f) { f.integer({"n", "a number"}, n); }
  };
  Optional options;
  read_fields(parse_yaml("a: ", "exp.yaml").entries[0].value, "a", options);
  CHECK(options.n == 5);
  CHECK(sample_error("~") == "exp.yaml:1:1: layer: expected the key 'units' (outputs), found none");
}

TEST_CASE("an unknown key comes with the nearest absent key, or with all keys") {
  CHECK(sample_error("units: 3\nrtae: 0.1\n") ==
        "exp.yaml:2:1: layer: unknown key 'rtae'; did you mean 'rate'?");
  CHECK(sample_error("{ units: 3, momentum: 0.1 }") ==
        "exp.yaml:1:13: layer: unknown key 'momentum'; expected one of units, rate, bias, init, "
        "shape, start, columns, file");
  CHECK(sample_error("{ units: 3, unitz: 4 }") ==
        "exp.yaml:1:13: layer: unknown key 'unitz'; did you mean 'units'?");
}

TEST_CASE("a mistyped required key is reported as that") {
  CHECK(sample_error("{ untis: 3 }") ==
        "exp.yaml:1:3: layer: unknown key 'untis'; did you mean 'units'?");
  CHECK(sample_error("{ other: 3 }") ==
        "exp.yaml:1:1: layer: expected the key 'units' (outputs), found none");
}

TEST_CASE("elements of lists are named by number") {
  CHECK(sample_error("{ units: 1, shape: [3, x] }") ==
        "exp.yaml:1:24: layer.shape.1: expected an integer of at least 1, found 'x'");
  CHECK(sample_error("{ units: 1, columns: [[a]] }") ==
        "exp.yaml:1:23: layer.columns.0: expected a text, found a list");
  CHECK(sample_error("{ units: 1, columns: {a: 1} }") ==
        "exp.yaml:1:22: layer.columns: expected a list of texts, found a map");
  CHECK(sample_error("{ units: 1, start: [1, 11] }") ==
        "exp.yaml:1:24: layer.start.1: expected a number of at most 10, found 11");
  CHECK(sample_error("{ units: 1, shape: ~ }") ==
        "exp.yaml:1:20: layer.shape: expected a list of integers, found nothing");
}

TEST_CASE("a refusal by the owner stands at the field") {
  CHECK(sample_error("units: 1\nbias: false\ninit: zeros\n") ==
        "exp.yaml:3:7: layer.init: expected a bias beside zeros, found none");
  // What the owner missed may be the key that was mistyped.
  CHECK(sample_error("units: 1\nbias: false\ninit: zeros\nrat: 1\n") ==
        "exp.yaml:4:1: layer: unknown key 'rat'; did you mean 'rate'?");
}

TEST_CASE("something without options takes none") {
  const auto error = [](const std::string& yaml) {
    NoOptions none;
    return config_error([&] { read_fields(parse_yaml(yaml, "exp.yaml"), "relu", none); });
  };
  CHECK(error("{}") == "no error");
  CHECK(error("~") == "no error");
  CHECK(error("3") == "exp.yaml:1:1: relu: expected no options, found '3'");
  CHECK(error("[3]") == "exp.yaml:1:1: relu: expected no options, found a list");
  CHECK(error("a: 3") == "exp.yaml:1:1: relu: unknown key 'a'; expected no options");
}
