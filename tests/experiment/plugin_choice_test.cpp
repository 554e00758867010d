#include "experiment/plugin_choice.hpp"

#include <doctest/doctest.h>

#include "espalier/error.hpp"
#include "plugin/registry.hpp"
#include "spec_support.hpp"

// Balancers and sources of plugins, named as built-in ones are.
namespace espalier {

namespace {

struct WithPlugins {
  Registry registry{{ESPALIER_BAD_PLUGINS}};

  ExperimentSpec spec(const std::vector<std::string>& overrides) {
    ConfigNode root = parse_yaml(kSmallExperiment, "exp.yaml");
    for (const std::string& text : overrides) apply_override(root, text);
    return read_spec(root, &registry);
  }
  std::string error(const std::vector<std::string>& overrides) {
    try {
      spec(overrides);
    } catch (const BadInput& refused) {
      return refused.what();
    }
    return "read";
  }
  /// The experiment's text with one line more.
  std::string error_of_line(const std::string& line) {
    try {
      read_spec(parse_yaml(kSmallExperiment + line, "exp.yaml"), &registry);
    } catch (const BadInput& refused) {
      return refused.what();
    }
    return "read";
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a plugin's balancer and source are chosen by name") {
  WithPlugins with;
  const ExperimentSpec spec = with.spec(
      {"balance={nan_weights: {clip: 2}}", "data.letters={source: number_file, file: a.bin}"});
  CHECK(spec.balance.name == "nan_weights");
  CHECK(spec.balance.object->info().summary == "NaN in the third step");
  CHECK(spec.conventions.clip == 2.0);
  CHECK(spec.data[0].source.name == "number_file");
  CHECK(spec.registry == &with.registry);
}

TEST_CASE("an unknown name is told of plugins too") {
  WithPlugins with;
  CHECK(has(with.error({"balance=nan_weight"}),
            "unknown balancer 'nan_weight'; did you mean 'nan_weights'?"));
  CHECK(has(with.error({"data.letters.source=number_fil"}),
            "unknown source 'number_fil'; did you mean 'number_file'?"));
  CHECK(has(with.error({"balance=zzzzzzzzzz"}), "forum, nan_weights, "));
}

TEST_CASE("bad options stand at their line") {
  WithPlugins with;
  CHECK(with.error_of_line("balance: { nan_weights: { clap: 2 } }\n") ==
        "exp.yaml:11:27: balance.nan_weights: unknown key 'clap'; did you mean 'clip'?");
  CHECK(has(with.error({"data.letters={source: number_file, fil: a.bin}"}),
            "unknown key 'fil'; did you mean 'file'?"));
}

TEST_CASE("a plugin that cannot serve says why, where it is named") {
  WithPlugins with;
  const std::string unusable = with.error_of_line("balance: no_stamp\n");
  CHECK(unusable.starts_with("exp.yaml:11:10: balance: [plugin "));
  CHECK(has(unusable, "not an Espalier plugin"));
  CHECK(with.error_of_line("balance: counted\n") ==
        "exp.yaml:11:10: balance: [plugin counted] expected a plugin that contributes a balancer, "
        "found one that contributes a task");
  CHECK(has(with.error_of_line("balance: taken_option\n"),
            "[plugin taken_option] fields: expected options beside scale, heads, normalise, gram, "
            "clip, smooth, every, found another 'scale'"));
}

TEST_CASE("without plugins in reach, only the tables count") {
  CHECK(has(small_error({"balance=nan_weights"}), "unknown balancer 'nan_weights'"));
  CHECK(balancer_names(nullptr, "nan_weights") == balancer_names(nullptr, "equal"));
  CHECK(plugin_names(nullptr, "source").empty());
  WithPlugins with;
  CHECK(plugin_names(&with.registry, "source") ==
        std::vector<std::string>{"column_twice", "infinite_input", "number_file", "throws_in_read",
                                 "wrong_label", "wrong_row_count"});
  CHECK(balancer_names(&with.registry, "equal") == balancer_names(nullptr, "equal"));
}

}  // namespace espalier
