#include "plugin/registry.hpp"

#include <doctest/doctest.h>

#include <cstring>

#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "support.hpp"

namespace espalier {

namespace {

namespace fs = std::filesystem;
using test::bad_file;
using test::good_file;
using test::TemporaryFolder;

std::string load_error(const std::vector<std::string>& folders, const std::string& name) {
  try {
    Registry(folders).load(name);
  } catch (const PluginError& e) {
    return e.what();
  }
  return "loaded";
}

const PluginInfo& linked(std::string_view name) {
  for (const PluginInfo* info : linked_plugins()) {
    if (info->name == name) return *info;
  }
  FAIL("not linked");
  return *linked_plugins()[0];
}

}  // namespace

TEST_CASE("a plugin that is nowhere: where it was looked for, and the nearest name") {
  const TemporaryFolder empty;
  const std::string missing = empty.path() + "/none";
  CHECK(load_error({empty.path(), ESPALIER_PLUGINS, missing}, "leters") ==
        text::cat("[plugin leters] expected espalier_leters.so in one of ", empty.path(), ", ",
                  ESPALIER_PLUGINS, ", ", missing,
                  " (no such folder), found none; did you mean 'letters'?"));
  CHECK(load_error({empty.path()}, "vowels") ==
        text::cat("[plugin vowels] expected espalier_vowels.so in one of ", empty.path(),
                  ", found none"));
  CHECK(load_error({}, "vowels") ==
        "[plugin vowels] expected espalier_vowels.so in one of (no folder), found none");
  CHECK(load_error({ESPALIER_PLUGINS}, "../letters") ==
        "[plugin ../letters] expected a plugin's name of letters, digits, '_' and '-', found "
        "'../letters'");
}

TEST_CASE("two files of one name are an error that lists both; two names of one file are not") {
  const TemporaryFolder copies;
  const TemporaryFolder links;
  const std::string copy = copies.path() + "/espalier_letters.so";
  fs::copy_file(good_file("letters"), copy);
  fs::create_symlink(good_file("letters"), links.path() + "/espalier_letters.so");
  CHECK(load_error({ESPALIER_PLUGINS, copies.path()}, "letters") ==
        text::cat("[plugin letters] expected one plugin of this name, found 2: ",
                  good_file("letters"), ", ", copy, "; rename one, or take one folder away"));
  CHECK(load_error({ESPALIER_PLUGINS, links.path()}, "letters") == "loaded");
  CHECK(load_error({ESPALIER_PLUGINS, std::string(ESPALIER_PLUGINS) + "/../plugins/"}, "letters") ==
        "loaded");
}

TEST_CASE("a file and a linked plugin of one name are two") {
  Registry registry({ESPALIER_PLUGINS});
  registry.add(linked("letters"));
  CHECK_THROWS_WITH_AS(
      registry.load("letters"),
      text::cat("[plugin letters] expected one plugin of this name, found 2: the program itself "
                "(linked), ",
                good_file("letters"), "; rename one, or take one folder away")
          .c_str(),
      PluginError);
  CHECK(registry.load("digits").plugin() == "digits");
}

TEST_CASE("a linked plugin passes the same handshake") {
  Registry registry({});
  registry.add(linked("letters"));
  CHECK(registry.load("letters").plugin() == "letters");
  CHECK_THROWS_WITH_AS(
      registry.add(linked("letters")),
      "[plugin letters] expected one plugin of this name, found two linked into the program",
      PluginError);
  PluginInfo older = linked("digits");
  older.api = 0;
  CHECK_THROWS_WITH_AS(registry.add(older),
                       "[plugin digits (linked)] built for plugin API 0, this framework has plugin "
                       "API 6; rebuild the plugin",
                       PluginError);
}

TEST_CASE("the list shows every plugin of the build, by its stamp") {
  const std::vector<PluginListing> listed = Registry({ESPALIER_PLUGINS}).list();
  const auto expect = [&](std::size_t k, const std::string& name, const std::string& summary) {
    REQUIRE(k < listed.size());
    CHECK(listed[k].name == name);
    CHECK(listed[k].summary == summary);
    CHECK(listed[k].file == good_file(name));
    CHECK(listed[k].why_not == "");
  };
  REQUIRE(listed.size() == linked_plugins().size());
  expect(0, "classification", "which of some classes an example belongs to");
  expect(1, "digits", "which of 10 digits is shown");
  expect(2, "letters", "which of 26 letters is shown");
  expect(3, "regression", "one or several real numbers of an example");
}

TEST_CASE("the list says of each unusable file why, and passes over other files") {
  const TemporaryFolder folder;
  const std::string text_file = folder.write("espalier_text.so", "not a library");
  folder.write("espalier_.so", "no name");
  folder.write("libother.so", "another library");
  folder.write("espalier_notes.txt", "notes");
  fs::create_symlink("nowhere", folder.path() + "/espalier_dangling.so");
  fs::copy_file(good_file("digits"), folder.path() + "/espalier_digits.so");
  Registry registry({folder.path(), ESPALIER_PLUGINS, folder.path() + "/none"});
  registry.add(linked("regression"));
  const auto listed = registry.list();
  REQUIRE(listed.size() == 7);
  CHECK(listed[0].name == "classification");
  CHECK(listed[1].name == "dangling");
  CHECK(listed[1].why_not == text::cat("[plugin ", folder.path(),
                                       "/espalier_dangling.so] cannot be read: No such file or "
                                       "directory"));
  CHECK(listed[2].name == "digits");
  CHECK(listed[2].why_not ==
        text::cat("[plugin digits] expected one plugin of this name, found 2: ", folder.path(),
                  "/espalier_digits.so, ", good_file("digits"),
                  "; rename one, or take one folder away"));
  CHECK(listed[3].name == "letters");
  CHECK(listed[4].name == "regression");
  CHECK(listed[4].why_not != "");
  CHECK(listed[5].name == "text");
  CHECK(listed[5].file == text_file);
  CHECK(listed[5].summary == "");
  CHECK(listed[5].why_not == text::cat("[plugin ", text_file,
                                       "] expected a shared library (an ELF file), found a file "
                                       "that begins with 'not a li'"));
  CHECK(listed[6].name == "toy_objectives");
}

TEST_CASE("a linked plugin is listed without a file") {
  Registry registry({});
  registry.add(linked("letters"));
  const auto listed = registry.list();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].name == "letters");
  CHECK(listed[0].summary == "which of 26 letters is shown");
  CHECK(listed[0].file == "");
  CHECK(listed[0].why_not == "");
}

TEST_CASE("folders are made absolute, and kept once") {
  const Registry registry({"/opt/one/", "/opt/./one", "/opt/two/../one", "here"});
  CHECK(registry.folders() ==
        std::vector<std::string>{"/opt/one", (fs::current_path() / "here").string()});
}

}  // namespace espalier
