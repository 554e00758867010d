#pragma once

#include <string>
#include <vector>

#include "experiment/config_override.hpp"
#include "experiment/config_support.hpp"
#include "experiment/spec_read.hpp"

namespace espalier {

/// An experiment with every required key and nothing else.
inline constexpr const char* kSmallExperiment =
    "name: small\n"
    "data:\n"
    "  letters: { source: glyphs, classes: letters, train: 30, test: 10 }\n"
    "trunk:\n"
    "  input: [1, 28, 28]\n"
    "  stages:\n"
    "    - { name: dense, layers: [{ linear: 8 }, relu] }\n"
    "tasks:\n"
    "  letters: { plugin: letters, data: letters }\n"
    "optimizer: { sgd: 0.1 }\n";

/// The small experiment with overrides.
inline ExperimentSpec small_spec(const std::vector<std::string>& overrides = {}) {
  ConfigNode root = parse_yaml(kSmallExperiment, "/exp/small.yaml");
  for (const std::string& text : overrides) apply_override(root, text);
  return read_spec(root);
}

inline std::string small_error(const std::vector<std::string>& overrides) {
  return config_error([&] { small_spec(overrides); });
}

inline std::string spec_error(const std::string& yaml) {
  return config_error([&] { read_spec(parse_yaml(yaml, "exp.yaml")); });
}

}  // namespace espalier
