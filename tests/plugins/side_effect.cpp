#include <cstdlib>

#include "stamp.hpp"

namespace {

// Runs as soon as the library is loaded.
struct SideEffect {
  SideEffect() { setenv("ESPALIER_TEST_SIDE_EFFECT", "ran", 1); }
};
const SideEffect side_effect;

consteval espalier::PluginInfo spoilt() {
  espalier::PluginInfo info = good_stamp("side_effect");
  info.build[0] = 'E';
  return info;
}

}  // namespace

EXPORT_STAMP(spoilt());
