#include "plugin/guard.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "espalier/error.hpp"

namespace espalier {

namespace {

class Silent final : public std::exception {
 public:
  const char* what() const noexcept override { return nullptr; }
};

template <class Exception>
void guarded(const Exception& exception) {
  guard("letters", "head", [&] { throw exception; });
}

}  // namespace

TEST_CASE("a guarded call hands back what it returns") {
  CHECK(guard("letters", "head", [] { return 42; }) == 42);
  bool called = false;
  guard("letters", "head", [&] { called = true; });
  CHECK(called);
}

TEST_CASE("errors of ours keep their type and get the plugin's name in front") {
  CHECK_THROWS_WITH_AS(guarded(ShapeError("[linear] expected a, found b")),
                       "[plugin letters] head: [linear] expected a, found b", ShapeError);
  CHECK_THROWS_WITH_AS(guarded(DataError("expected a, found b")),
                       "[plugin letters] head: expected a, found b", DataError);
  CHECK_THROWS_WITH_AS(guarded(BadInput("expected a, found b")),
                       "[plugin letters] head: expected a, found b", BadInput);
  CHECK_THROWS_WITH_AS(guarded(RunFailure("the disk is full")),
                       "[plugin letters] head: the disk is full", RunFailure);
  CHECK_THROWS_WITH_AS(guarded(PluginError("not today")), "[plugin letters] head: not today",
                       PluginError);
}

TEST_CASE("a text that begins with the plugin's own tag gets no second one") {
  CHECK_THROWS_WITH_AS(guarded(DataError("[letters] expected labels below 26")),
                       "[letters] expected labels below 26", DataError);
  CHECK_THROWS_WITH_AS(guarded(DataError("[letters2] expected labels below 26")),
                       "[plugin letters] head: [letters2] expected labels below 26", DataError);
}

TEST_CASE("an error in a YAML file keeps its place in front") {
  CHECK_THROWS_WITH_AS(guarded(ConfigError("exp.yaml:5:20: tasks.letters: unknown key 'unit'")),
                       "exp.yaml:5:20: tasks.letters: unknown key 'unit'", ConfigError);
  CHECK_THROWS_WITH_AS(guarded(ConfigError("override 'data.a.train=x': expected a number")),
                       "override 'data.a.train=x': expected a number", ConfigError);
}

TEST_CASE("an error of the experiment without a place gets the plugin's name in front") {
  for (const std::string text : {"expected files", "page 5:20 is missing", "a:5: expected b", ""}) {
    CHECK_THROWS_WITH_AS(guarded(ConfigError(text)), ("[plugin letters] head: " + text).c_str(),
                         ConfigError);
  }
}

TEST_CASE("everything else becomes an error of the plugin") {
  CHECK_THROWS_WITH_AS(guarded(std::out_of_range("no such row")),
                       "[plugin letters] head: no such row", PluginError);
  CHECK_THROWS_WITH_AS(guarded(42),
                       "[plugin letters] head: threw something that is not a std::exception",
                       PluginError);
  CHECK_THROWS_WITH_AS(guarded(Silent()),
                       "[plugin letters] head: threw a std::exception without a text", PluginError);
}

}  // namespace espalier
