#include "stamp.hpp"

static consteval espalier::PluginInfo spoilt() {
  espalier::PluginInfo info = good_stamp("other_build");
  info.build[0] = 'E';
  return info;
}

EXPORT_STAMP(spoilt());
