// module: testing
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/testing_kit.hpp"

/// Checks that every source of data should pass.
namespace espalier::testing {

/// @addtogroup kit
/// @{

/// A part as YAML writes it with a number: `train: 500`.
ESPALIER_API DataPart number_part(double number);
/// Likewise with files by column.
ESPALIER_API DataPart file_part(const std::map<std::string, std::string>& files);

/// What the kit cannot guess of a source.
struct SourceSetting {
  /// What YAML says of both parts; absent: it says nothing.
  std::optional<DataPart> train = number_part(60);
  std::optional<DataPart> test = number_part(30);  ///< likewise
  /// The integer option that seeds the rows; there need not be one.
  std::string seed = "seed";
  /// Checks that do not fit, by name.
  std::vector<std::string> skip = {};
  /// See TaskSetting::plugin_folders.
  std::vector<std::string> plugin_folders = {};
};

/// Runs every check of sources on the plugin `info`, which makes them. Throws ConfigError where
/// `setting` names a check that there is not.
ESPALIER_API Report check_source(const PluginInfo& info, const Options& options = {},
                                 const SourceSetting& setting = {});

/// The part of `role` as a new object reads it, for tests of one's own. Throws what it throws.
ESPALIER_API Dataset read_part(const PluginInfo& info, DataRole role, const Options& options = {},
                               const SourceSetting& setting = {});

/// The same for a plugin that is linked into this program, by name.
inline Report check_source(std::string_view name, const Options& options = {},
                           SourceSetting setting = {}) {
  add_built_folder(setting.plugin_folders);
  return check_source(plugin_named(name, linked_plugins()), options, setting);
}
/// Likewise for a source that is linked into this program.
inline Dataset read_part(std::string_view name, DataRole role, const Options& options = {},
                         const SourceSetting& setting = {}) {
  return read_part(plugin_named(name, linked_plugins()), role, options, setting);
}
/// @}

}  // namespace espalier::testing

/// @ingroup kit
/// One line of a doctest file, with the arguments of espalier::testing::check_source:
/// ESPALIER_TEST_SOURCE("two_moons", {{"noise", 0.2}}).
#define ESPALIER_TEST_SOURCE(...) ESPALIER_KIT_CASE(check_source, "source", __VA_ARGS__)
