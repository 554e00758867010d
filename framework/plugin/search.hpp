#pragma once

#include <string>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// The environment variable that names folders of plugins.
inline constexpr const char* kPluginPathVariable = "ESPALIER_PLUGIN_PATH";

/// A folder that is searched for plugins, and who named it.
struct PluginPlace {
  std::string folder;
  std::string origin;  ///< "experiment", "--plugin-path", "ESPALIER_PLUGIN_PATH", "build", ...
};

/// The folders a program searches: those of the experiment (`plugins:`), those given on the command
/// line, the entries of ESPALIER_PLUGIN_PATH (separated by colons), then, where they exist,
/// build/plugins, build/lib/espalier/plugins and build below the working directory and
/// espalier/plugins in the user's data folder (XDG_DATA_HOME, or ~/.local/share), then
/// lib/espalier/plugins beside the folder of the running program.
ESPALIER_API std::vector<PluginPlace> plugin_places(const std::vector<std::string>& in_experiment,
                                                    const std::vector<std::string>& given);

/// The folders alone.
ESPALIER_API std::vector<std::string> plugin_folders(const std::vector<std::string>& in_experiment,
                                                     const std::vector<std::string>& given);

/// Who named the folder of `file`; "" where none of `places` is its folder.
ESPALIER_API std::string plugin_origin(const std::vector<PluginPlace>& places,
                                       const std::string& file);

/// "letters" for ".../espalier_letters.so"; "" for any other file.
ESPALIER_API std::string plugin_name_of_file(const std::string& path);

}  // namespace espalier
