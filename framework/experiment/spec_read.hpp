#pragma once

#include "experiment/spec.hpp"

namespace espalier {

/// Everything an experiment's YAML says, as values and objects. Throws ConfigError for what is
/// unknown, missing, mistyped or out of range, and for names that name nothing. No file but the
/// YAML is touched. Of plugins, only those of balancers and sources are loaded, through `registry`
/// (none where it is null), which outlives the spec; the tasks' options stay as they are written.
ESPALIER_API ExperimentSpec read_spec(const ConfigNode& root, Registry* registry = nullptr);

/// What `plugins:` says, ahead of the rest: the folders for the registry. Throws ConfigError.
ESPALIER_API std::vector<std::string> plugin_folders_of(const ConfigNode& root);

}  // namespace espalier
