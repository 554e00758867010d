// module: testing
#pragma once

#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "espalier/plugin.hpp"

/// What the checks of every kind of plugin have in common.
namespace espalier::testing {

/// @addtogroup kit
/// @{

/// The value of an option as a test writes it: `{{"classes", 5}, {"hidden", {8, 6}}}`.
class Option {
 public:
  /// What a test may write.
  using Value = std::variant<bool, Index, double, std::string, std::vector<Index>,
                             std::vector<double>, std::vector<std::string>>;

  /// `true` or `false`.
  Option(bool value) : value_(value) {}
  /// A whole number.
  Option(int value) : value_(Index{value}) {}
  /// A whole number.
  Option(Index value) : value_(value) {}
  /// A real number.
  Option(double value) : value_(value) {}
  /// A word.
  Option(const char* value) : value_(std::string(value)) {}
  /// A word.
  Option(std::string value) : value_(std::move(value)) {}
  /// Whole numbers.
  Option(std::initializer_list<int> list) : value_(std::vector<Index>(list.begin(), list.end())) {}
  /// Real numbers.
  Option(std::initializer_list<double> list) : value_(std::vector<double>(list)) {}
  /// Words.
  Option(std::initializer_list<const char*> list)
      : value_(std::vector<std::string>(list.begin(), list.end())) {}

  /// What was written.
  const Value& value() const { return value_; }

 private:
  Value value_;
};

/// Options by name, as in YAML.
using Options = std::map<std::string, Option>;

/// What one check found.
struct Result {
  /// How the check ended.
  enum class Kind : std::uint8_t { passed, failed, skipped };
  std::string check;         ///< "gradients"
  Kind kind = Kind::passed;  ///< how it ended
  std::string sentence;      ///< failed: what was expected and what was found; skipped: why
};
/// What all checks found, in the order of the checks.
using Report = std::vector<Result>;

/// The folder of the library that was built with this program, where CMake says so.
inline void add_built_folder([[maybe_unused]] std::vector<std::string>& folders) {
#ifdef ESPALIER_PLUGIN_FILE
  const std::string file = ESPALIER_PLUGIN_FILE;
  folders.push_back(file.substr(0, file.rfind('/')));
#endif
}

/// The plugin `name` among those linked into this program. Throws PluginError.
ESPALIER_API const PluginInfo& plugin_named(std::string_view name,
                                            std::span<const PluginInfo* const> linked);
/// @}

}  // namespace espalier::testing

/// A test case that fails once for each check that fails, with its sentence on doctest's first
/// line.
#define ESPALIER_KIT_CASE(check_plugin, what, ...)                                                 \
  TEST_CASE("the kit's checks of a " what ": " #__VA_ARGS__) {                                     \
    for (const espalier::testing::Result& result : espalier::testing::check_plugin(__VA_ARGS__)) { \
      if (result.kind == espalier::testing::Result::Kind::failed) {                                \
        FAIL_CHECK(result.check, ": ", result.sentence);                                           \
        continue;                                                                                  \
      }                                                                                            \
      if (result.kind == espalier::testing::Result::Kind::skipped) {                               \
        MESSAGE(result.check, " skipped: ", result.sentence);                                      \
      }                                                                                            \
      CHECK_MESSAGE(true, result.check);                                                           \
    }                                                                                              \
  }                                                                                                \
  static_assert(true, "takes the semicolon")
