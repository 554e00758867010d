#include "plugin/search.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "support.hpp"

namespace espalier {

namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

/// A variable of the environment, put back afterwards.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* const before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

/// The working directory, put back afterwards.
class WorkingIn {
 public:
  explicit WorkingIn(const std::string& folder) : before_(fs::current_path()) {
    fs::current_path(folder);
  }
  ~WorkingIn() { fs::current_path(before_); }
  WorkingIn(const WorkingIn&) = delete;
  WorkingIn& operator=(const WorkingIn&) = delete;

 private:
  fs::path before_;
};

std::string prefix() {
  return fs::read_symlink("/proc/self/exe").parent_path().string() + "/../lib/espalier/plugins";
}

}  // namespace

TEST_CASE("the places, in the order in which they are listed") {
  const TemporaryFolder here, data;
  fs::create_directories(here.path() + "/build/lib/espalier/plugins");
  fs::create_directories(data.path() + "/espalier/plugins");
  const WorkingIn working(here.path());
  const Variable path("ESPALIER_PLUGIN_PATH", "/opt/one::/opt/two:");
  const Variable user("XDG_DATA_HOME", data.path());
  const std::vector<PluginPlace> places = plugin_places({"/experiment"}, {"/given"});
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"/experiment", "experiment"},
      {"/given", "--plugin-path"},
      {"/opt/one", "ESPALIER_PLUGIN_PATH"},
      {"/opt/two", "ESPALIER_PLUGIN_PATH"},
      {"build/lib/espalier/plugins", "build"},
      {"build", "build"},
      {data.path() + "/espalier/plugins", "user"},
      {prefix(), "prefix"}};
  REQUIRE(places.size() == expected.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    CHECK(places[i].folder == expected[i].first);
    CHECK(places[i].origin == expected[i].second);
  }
  CHECK(plugin_origin(places, here.path() + "/build/espalier_x.so") == "build");
  CHECK(plugin_origin(places, data.path() + "/espalier/plugins/espalier_x.so") == "user");
  CHECK(plugin_origin(places, here.path() + "/espalier_x.so") == "");
}

TEST_CASE("the user's folder is in the home, and only where it exists") {
  const TemporaryFolder home;
  const WorkingIn working(home.path());
  const Variable path("ESPALIER_PLUGIN_PATH", "");
  const Variable data("XDG_DATA_HOME", "");
  const Variable variable("HOME", home.path());
  CHECK(plugin_folders({}, {}) == std::vector<std::string>{prefix()});
  const std::string folder = home.path() + "/.local/share/espalier/plugins";
  fs::create_directories(folder);
  CHECK(plugin_folders({}, {}) == std::vector<std::string>{folder, prefix()});
}

TEST_CASE("the name of a plugin's file") {
  CHECK(plugin_name_of_file("/opt/espalier_letters.so") == "letters");
  CHECK(plugin_name_of_file("espalier_a-b_c.so") == "a-b_c");
  CHECK(plugin_name_of_file("/opt/espalier_.so") == "");
  CHECK(plugin_name_of_file("/opt/letters.so") == "");
  CHECK(plugin_name_of_file("/opt/espalier_letters.so.1") == "");
}

}  // namespace espalier
