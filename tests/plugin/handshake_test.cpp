#include "plugin/handshake.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <type_traits>

#include "core/build_id.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

class Nothing final : public Task {
 public:
  void accept(const TargetColumn& /*column*/) override {}
  Var head(const Net& /*net*/, Var features) const override { return features; }
  Var loss(const Net& /*net*/, Var prediction, Var /*target*/) const override { return prediction; }
  std::vector<std::unique_ptr<Metric>> metrics() const override { return {}; }
};

PluginInfo info() { return plugin_info<Nothing>("nothing", "learns nothing"); }

std::string refusal(const PluginInfo& info, std::string_view expected_name = "nothing") {
  try {
    check_stamp("x.so", stamp_bytes(info), expected_name);
  } catch (const PluginError& e) {
    return e.what();
  }
  return "accepted";
}

std::string bytes_of(const PluginInfo& info) { return std::string(stamp_bytes(info)); }

}  // namespace

TEST_CASE("a stamp of this build is accepted") {
  const PluginInfo good = info();
  const PluginStamp stamp = check_stamp("x.so", stamp_bytes(good), "nothing");
  CHECK(stamp.name == "nothing");
  CHECK(stamp.summary == "learns nothing");
  CHECK(refusal(good, "") == "accepted");
}

TEST_CASE("the magic is looked at first, then the API number, size, build and name") {
  PluginInfo bad = info();
  std::strcpy(bad.name, "something");
  CHECK(refusal(bad) ==
        "[plugin x.so] expected the file's name in the stamp, 'nothing', found 'something'; rename "
        "the file to espalier_something.so, or the plugin");
  std::strcpy(bad.build, "espalier 9.9.9");
  CHECK(refusal(bad) == text::cat("[plugin x.so] built for 'espalier 9.9.9', this framework is '",
                                  build_string(), "'; rebuild the plugin"));
  bad.size = 12;
  CHECK(refusal(bad) ==
        "[plugin x.so] built with a stamp of 12 bytes, this framework's has 888; rebuild the "
        "plugin");
  bad.api = kPluginApi + 3;
  CHECK(refusal(bad) == text::cat("[plugin x.so] built for plugin API ", kPluginApi + 3,
                                  ", this framework has plugin API ", kPluginApi,
                                  "; the plugin needs a newer framework"));
  std::strcpy(bad.magic, "something else");
  CHECK(refusal(bad) ==
        "[plugin x.so] not an Espalier plugin: expected a stamp that begins with "
        "'espalier-plugin', found 'something else'");
}

TEST_CASE("a stamp that ends too early is refused wherever it ends") {
  const std::string whole = bytes_of(info());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_THROWS_AS(check_stamp("x.so", std::string_view(whole).substr(0, size), ""), PluginError);
  }
  CHECK_THROWS_WITH_AS(
      check_stamp("x.so", std::string_view(whole).substr(0, 23), ""),
      "[plugin x.so] not an Espalier plugin: expected a stamp of 888 bytes, found 23", PluginError);
  CHECK_THROWS_WITH_AS(check_stamp("x.so", std::string_view(whole).substr(0, 500), ""),
                       "[plugin x.so] built with a stamp of 500 bytes, this framework's has 888; "
                       "rebuild the plugin",
                       PluginError);
}

TEST_CASE("texts without an end are read to the end of their field") {
  PluginInfo bad = info();
  std::memset(bad.name, 'n', sizeof(bad.name));
  CHECK(refusal(bad) ==
        text::cat("[plugin x.so] expected the file's name in the stamp, 'nothing', found '",
                  std::string(64, 'n'), "'; rename the file to espalier_", std::string(64, 'n'),
                  ".so, or the plugin"));
  PluginInfo long_summary = info();
  std::memset(long_summary.summary, 's', sizeof(long_summary.summary));
  CHECK(check_stamp("x.so", stamp_bytes(long_summary), "").summary == std::string(256, 's'));
}

TEST_CASE("names are letters, digits, '_' and '-'") {
  CHECK_NOTHROW(check_plugin_name("x", "Two-tone_3"));
  CHECK_THROWS_WITH_AS(
      check_plugin_name("x", ""),
      "[plugin x] expected a plugin's name of letters, digits, '_' and '-', found ''", PluginError);
  CHECK_THROWS_WITH_AS(
      check_plugin_name("x", "../letters"),
      "[plugin x] expected a plugin's name of letters, digits, '_' and '-', found '../letters'",
      PluginError);
}

TEST_CASE("the stamp is plain data whose fields stand where the reader looks") {
  static_assert(std::is_trivially_copyable_v<PluginInfo>);
  CHECK(offsetof(PluginInfo, api) == 16);
  CHECK(offsetof(PluginInfo, size) == 20);
  CHECK(offsetof(PluginInfo, build) == 24);
  CHECK(offsetof(PluginInfo, name) == 536);
  CHECK(offsetof(PluginInfo, summary) == 600);
  CHECK(offsetof(PluginInfo, create) == 872);
  CHECK(sizeof(PluginInfo) == 888);
}

}  // namespace espalier
