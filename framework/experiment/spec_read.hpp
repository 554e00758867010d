#pragma once

#include "experiment/spec.hpp"

namespace espalier {

/// Everything an experiment's YAML says, as values and objects. Throws ConfigError for what is
/// unknown, missing, mistyped or out of range, and for names that name nothing. No file but the
/// YAML is touched; plugins are not loaded, so that the tasks' options stay as they are written.
ESPALIER_API ExperimentSpec read_spec(const ConfigNode& root);

}  // namespace espalier
