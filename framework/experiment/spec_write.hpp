#pragma once

#include <string>
#include <string_view>

#include "experiment/spec.hpp"

namespace espalier {

/// The experiment with every option and its value, paths absolute: reading it gives the same
/// experiment, from any folder. Options of tasks are written as `TaskSpec::options` holds them.
ESPALIER_API ConfigNode resolved(ExperimentSpec& spec);

/// Names an experiment: the first 12 hexadecimal digits of the SHA-256 of its resolved text.
ESPALIER_API std::string spec_hash(std::string_view resolved_text);

}  // namespace espalier
