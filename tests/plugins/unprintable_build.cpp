#include "stamp.hpp"

static consteval espalier::PluginInfo spoilt() {
  espalier::PluginInfo info = good_stamp("unprintable_build");
  info.build[0] = '\n';
  return info;
}

EXPORT_STAMP(spoilt());
