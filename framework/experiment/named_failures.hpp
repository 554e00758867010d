#pragma once

#include <string>

#include "plugin/guard.hpp"

namespace espalier {

/// What went wrong, where and in which step: "[plugin letters] op 'top_two' of heads/letters,
/// forward, in step 3: out of ideas". `place` is what where::take_failure says of it.
ESPALIER_API std::string failure_sentence(const Thrown& thrown, const std::string& place);

/// Throws an error of ours that left no place as what it was; anything else, with its sentence, as
/// a RunFailure once a step has begun, as a PluginError before.
[[noreturn]] ESPALIER_API void throw_named(const Thrown& thrown, const std::string& place);

/// Runs `call`, which plans a model or takes steps: ops, penalties and metrics of plugins run there
/// that no `guard` surrounds. What they throw ends here, since its class may live in the plugin's
/// library, and goes on as an error of ours that says where it came from. Call it where the library
/// still is.
template <class Call>
auto name_failures(Call&& call) {
  Thrown thrown;
  std::string place;
  try {
    return call();
  } catch (...) {
    thrown = describe_thrown();
    place = where::take_failure();
  }
  throw_named(thrown, place);
}

}  // namespace espalier
