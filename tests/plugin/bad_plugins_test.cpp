#include <dlfcn.h>
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>

#include "core/build_id.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "support.hpp"

// Every library of tests/plugins is wrong in one way, and each has its own sentence.
namespace espalier {

namespace {

using test::bad_file;
using test::good_file;

std::string load_error(const std::vector<std::string>& folders, const std::string& name) {
  try {
    Registry(folders).load(name);
  } catch (const PluginError& e) {
    return e.what();
  }
  return "loaded";
}

std::string load_error(const std::string& name) { return load_error({ESPALIER_BAD_PLUGINS}, name); }

template <class... Parts>
std::string of_file(const std::string& name, const Parts&... parts) {
  return text::cat("[plugin ", bad_file(name), "] ", parts...);
}

/// The first part of the build string with its first letter changed, as some of the plugins have
/// it.
std::string spoilt_build(char first) {
  std::string version = text::cat("espalier ", espalier::version());
  version[0] = first;
  return version;
}

test::Bench bench() { return {8, {5}, {2}, Dtype::floating}; }

}  // namespace

TEST_CASE("libraries without a usable stamp") {
  CHECK(load_error("no_stamp") ==
        of_file("no_stamp",
                "not an Espalier plugin: the library has no section .espalier.stamp; end its "
                "source with ESPALIER_PLUGIN"));
  CHECK(load_error("wrong_magic") ==
        of_file("wrong_magic",
                "not an Espalier plugin: expected a stamp that begins with 'espalier-plugin', "
                "found 'Espalier-plugin'"));
  const std::string short_stamp = load_error("short_stamp");
  CHECK(short_stamp.find(of_file("short_stamp", "not an Espalier plugin: expected a stamp")) == 0);
}

TEST_CASE("plugins of another framework name both sides") {
  CHECK(load_error("older_api") == of_file("older_api", "built for plugin API ", kPluginApi - 1,
                                           ", this framework has plugin API ", kPluginApi,
                                           "; rebuild the plugin"));
  CHECK(load_error("newer_api") == of_file("newer_api", "built for plugin API ", kPluginApi + 1,
                                           ", this framework has plugin API ", kPluginApi,
                                           "; the plugin needs a newer framework"));
  CHECK(load_error("wrong_size") ==
        of_file("wrong_size",
                "built with a stamp of 896 bytes, this framework's has 888; rebuild the plugin"));
  CHECK(load_error("other_build") == of_file("other_build", "built for '", spoilt_build('E'),
                                             "', this framework is '", spoilt_build('e'),
                                             "'; rebuild the plugin"));
  CHECK(load_error("unprintable_build") == of_file("unprintable_build", "built for '",
                                                   spoilt_build('?'), "', this framework is '",
                                                   spoilt_build('e'), "'; rebuild the plugin"));
}

TEST_CASE("plugins whose name is not the file's") {
  CHECK(load_error("wrong_name") ==
        of_file("wrong_name",
                "expected the file's name in the stamp, 'wrong_name', found 'letters'; rename the "
                "file to espalier_letters.so, or the plugin"));
  CHECK(load_error("odd_name") ==
        of_file("odd_name",
                "expected a plugin's name of letters, digits, '_' and '-', found '../odd name'"));
}

TEST_CASE("libraries that the loader refuses, or whose symbol is not the stamp") {
  CHECK(
      load_error("undefined_symbol") ==
      of_file("undefined_symbol", "cannot be loaded: undefined symbol: espalier_defined_nowhere"));
  CHECK(load_error("no_symbol") ==
        of_file("no_symbol", "expected an exported symbol espalier_plugin, found none"));
  CHECK(load_error("other_symbol") ==
        of_file("other_symbol",
                "expected symbol espalier_plugin to be the stamp that the file shows, found "
                "another one"));
}

TEST_CASE("files that are no libraries, or only the beginning of one") {
  const test::TemporaryFolder folder;
  const std::string text = folder.write("espalier_text.so", "this is not a library");
  CHECK(load_error({folder.path()}, "text") ==
        text::cat("[plugin ", text,
                  "] expected a shared library (an ELF file), found a file that begins with "
                  "'this is '"));
  const std::string whole = file::read(good_file("letters"));
  const std::string half = folder.write("espalier_half.so", whole.substr(0, whole.size() / 2));
  const std::string refused = load_error({folder.path()}, "half");
  CHECK(refused.find(text::cat("[plugin ", half, "] truncated or damaged: expected ")) == 0);
  CHECK(refused.find(text::cat("found a file of ", whole.size() / 2, " bytes")) !=
        std::string::npos);
}

TEST_CASE("no code of a refused plugin runs, not even its static constructors") {
  const char* const kVariable = "ESPALIER_TEST_SIDE_EFFECT";
  ::unsetenv(kVariable);
  const std::string refused = load_error("side_effect");
  CHECK(refused.find("built for 'Espalier") != std::string::npos);
  const auto listed = Registry({ESPALIER_BAD_PLUGINS}).list();
  CHECK(listed.size() > 20);
  CHECK(std::getenv(kVariable) == nullptr);
  // The loader alone would have run them.
  void* const loaded = ::dlopen(bad_file("side_effect").c_str(), RTLD_NOW | RTLD_LOCAL);
  REQUIRE(loaded != nullptr);
  CHECK(std::getenv(kVariable) != nullptr);
  ::dlclose(loaded);
  ::unsetenv(kVariable);
}

TEST_CASE("a constructor that throws is reported as such") {
  CHECK(load_error("throws_in_constructor") ==
        "[plugin throws_in_constructor] create: no room for another task");
  CHECK(load_error("throws_int_in_constructor") ==
        "[plugin throws_int_in_constructor] create: threw something that is not a std::exception");
}

TEST_CASE("an exception's text outlives the library that threw it") {
  std::string caught;
  try {
    test::Bench b = bench();
    // Gone, with its library, before the handler runs.
    const TaskHandle task = Registry({ESPALIER_BAD_PLUGINS}).load("throws_in_head");
    task.head(b.net, b.features);
  } catch (const PluginError& e) {
    caught = e.what();
  }
  CHECK(caught == "[plugin throws_in_head] head: this head has lost its body");
}

TEST_CASE("what a task throws names the plugin and the call") {
  Registry registry({ESPALIER_BAD_PLUGINS});
  TaskHandle task = registry.load("throws_in_accept");
  CHECK_THROWS_WITH_AS(task.accept({"label", "chars", Dtype::integer, {1}, 3}),
                       "[plugin throws_in_accept] accept: expected another column, found 'label'",
                       DataError);

  std::vector<MetricHandle> metrics = registry.load("throws_in_metric").metrics();
  REQUIRE(metrics.size() == 1);
  CHECK_THROWS_WITH_AS(metrics[0].add({}, {}),
                       "[plugin throws_in_metric] metric luck: threw something that is not a "
                       "std::exception",
                       PluginError);
}

TEST_CASE("what a task hands back is looked at") {
  Registry registry({ESPALIER_BAD_PLUGINS});
  test::Bench b = bench();
  CHECK_THROWS_WITH_AS(registry.load("wrong_head_shape").head(b.net, b.features),
                       "[plugin wrong_head_shape] head: expected predictions for 8 rows, found (1)",
                       ShapeError);
  CHECK_THROWS_WITH_AS(registry.load("invented_value").head(b.net, b.features),
                       "[plugin invented_value] head: expected a value of the tape, found number "
                       "-1 of 3",
                       PluginError);
  const TaskHandle wrong_loss = registry.load("wrong_loss_shape");
  const Var prediction = wrong_loss.head(b.net, b.features);
  CHECK_THROWS_WITH_AS(wrong_loss.loss(b.net, prediction, b.target),
                       "[plugin wrong_loss_shape] loss: expected one number (1), found (8, 2); end "
                       "the loss with a mean over rows",
                       ShapeError);
  CHECK_THROWS_WITH_AS(registry.load("null_metric").metrics(),
                       "[plugin null_metric] metrics: expected a metric, found none", PluginError);
  CHECK_THROWS_WITH_AS(registry.load("metric_twice").metrics(),
                       "[plugin metric_twice] metrics: expected different names, found 'mae' twice",
                       PluginError);
}

TEST_CASE("a loss that is not a number runs, and is not a number") {
  Registry registry({ESPALIER_BAD_PLUGINS});
  const TaskHandle task = registry.load("nan_loss");
  test::Bench b = bench();
  b.tape.loss(0, task.loss(b.net, task.head(b.net, b.features), b.target));
  Plan plan(std::move(b.tape));
  plan.forward(0);
  CHECK(std::isnan(plan.loss(0)));
}

}  // namespace espalier
