#pragma once

#include <string>
#include <string_view>

#include "core/where.hpp"
#include "espalier/api.hpp"

namespace espalier {

/// What was thrown by code of a plugin, as plain text of the host's own.
struct Thrown {
  enum class Kind { config, shape, data, bad_input, run_failure, foreign };
  Kind kind = Kind::foreign;
  std::string text;
};

/// REQUIRES: an exception is being handled.
ESPALIER_API Thrown describe_thrown();

/// Throws an error of ours of that kind with that text; a PluginError where it was `foreign`.
[[noreturn]] ESPALIER_API void throw_as(const Thrown& thrown);

/// Throws again what `thrown` says. Errors of ours keep their type and their text, with the plugin
/// and the stage in front ("[plugin letters] head: [linear] expected ..."), unless the text begins
/// with the plugin's own tag already ("[letters] expected ..."), or is a ConfigError with its place
/// in the YAML file in front, or of `fields`, which adds it. Everything else becomes a PluginError
/// "[plugin NAME] STAGE: ...".
[[noreturn]] ESPALIER_API void throw_again(std::string_view plugin, std::string_view stage,
                                           const Thrown& thrown);

/// Runs `call`, which enters code of `plugin`. Every virtual call of an object that a plugin made
/// goes through here, and is what the process is at (core/where.hpp). The plugin's exception object
/// ends inside the catch block: its class and its text may live in the library, and the library may
/// be gone when the error is shown.
template <class Call>
auto guard(std::string_view plugin, std::string_view stage, Call&& call) {
  const where::Place place{.plugin = plugin, .stage = stage};
  const where::Inside inside(place);
  Thrown thrown;
  try {
    return call();
  } catch (...) {
    thrown = describe_thrown();
  }
  throw_again(plugin, stage, thrown);
}

}  // namespace espalier
