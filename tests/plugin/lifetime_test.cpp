#include <doctest/doctest.h>

#include <optional>

#include "core/file.hpp"
#include "support.hpp"

namespace espalier {

namespace {

/// Whether the plugin `counted` is in this process's memory.
bool is_loaded() {
  std::ifstream maps("/proc/self/maps");
  const std::string text((std::istreambuf_iterator<char>(maps)), std::istreambuf_iterator<char>());
  return text.find("espalier_counted.so") != std::string::npos;
}

Registry registry() { return Registry({ESPALIER_BAD_PLUGINS}); }

}  // namespace

TEST_CASE("a library is really unloaded when its last owner is gone") {
  REQUIRE(!is_loaded());
  {
    Registry plugins = registry();
    const TaskHandle first = plugins.load("counted");
    const TaskHandle second = plugins.load("counted");
    CHECK(is_loaded());
    CHECK(second.default_target() == "task 2");
  }
  CHECK(!is_loaded());
  // A fresh image: its counter starts again.
  CHECK(registry().load("counted").default_target() == "task 1");
  CHECK(!is_loaded());
}

TEST_CASE("the registry keeps a library whose tasks are gone") {
  Registry plugins = registry();
  CHECK(plugins.load("counted").default_target() == "task 1");
  CHECK(is_loaded());
  CHECK(plugins.load("counted").default_target() == "task 2");
}

TEST_CASE("a task keeps its library when the registry is gone") {
  std::optional<TaskHandle> task = registry().load("counted");
  CHECK(is_loaded());
  CHECK(task->default_target() == "task 1");
  task.reset();
  CHECK(!is_loaded());
}

TEST_CASE("a metric keeps its library when task and registry are gone") {
  {
    std::vector<MetricHandle> metrics = registry().load("counted").metrics();
    REQUIRE(metrics.size() == 1);
    CHECK(is_loaded());
    CHECK(metrics[0].name() == "answer");
    CHECK(!metrics[0].higher_is_better());
    metrics[0].add({}, {});
    CHECK(metrics[0].value() == 42.0);
    CHECK(metrics[0].sums()[0] == 42.0);
    metrics[0].reset();
    CHECK(metrics[0].value() == 0.0);
  }
  CHECK(!is_loaded());
}

TEST_CASE("a handle that is assigned over frees its task before its library") {
  TaskHandle task = registry().load("counted");
  std::vector<MetricHandle> metrics = task.metrics();
  Registry others({ESPALIER_PLUGINS});
  task = others.load("letters");
  CHECK(is_loaded());
  metrics = task.metrics();
  CHECK(!is_loaded());
  CHECK(task.plugin() == "letters");
  CHECK(metrics[0].name() == "accuracy");
}

TEST_CASE("a library may be replaced between two loads") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/espalier_counted.so";
  std::filesystem::copy_file(test::bad_file("counted"), path);
  CHECK(Registry({folder.path()}).load("counted").default_target() == "task 1");
  file::write_atomically(path, file::read(test::bad_file("counted")));
  CHECK(Registry({folder.path()}).load("counted").default_target() == "task 1");
}

}  // namespace espalier
