#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/config_read.hpp"
#include "experiment/yaml_parse.hpp"

namespace espalier {

/// The text of the ConfigError that `call` throws; "no error" where it throws none.
template <class Call>
std::string config_error(Call&& call) {
  try {
    call();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

/// Options of every kind, as a layer or a balancer would list them.
struct SampleOptions {
  Index units = 7;
  double rate = 0.5;
  bool bias = true;
  std::string init = "he_normal";
  std::vector<Index> shape = {1, 2};
  std::vector<double> start = {0.5, -1.0};
  std::vector<std::string> columns = {"a"};
  Path file;

  void fields(Fields& f) {
    static constexpr std::string_view kInits[] = {"he_normal", "zeros"};
    f.integer({"units", "outputs", true}, units, {.at_least = 1});
    f.number({"rate", "a rate"}, rate, {.at_least = 0.0, .at_most = 1.0, .above = true});
    f.flag({"bias", "adds a bias"}, bias);
    f.word({"init", "how it starts"}, init, kInits);
    f.integers({"shape", "extents"}, shape, {.at_least = 1});
    f.numbers({"start", "numbers"}, start, {.at_most = 10.0});
    f.words({"columns", "names"}, columns);
    f.path({"file", "a file"}, file);
    if (!bias && init == "zeros") f.refuse("init", "expected a bias beside zeros, found none");
  }
};

inline SampleOptions read_sample(const std::string& yaml, const std::string& path = "layer") {
  SampleOptions options;
  read_fields(parse_yaml(yaml, "exp.yaml"), path, options);
  return options;
}

}  // namespace espalier
