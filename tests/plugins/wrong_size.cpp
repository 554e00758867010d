#include "stamp.hpp"

static consteval espalier::PluginInfo spoilt() {
  espalier::PluginInfo info = good_stamp("wrong_size");
  info.size = sizeof(espalier::PluginInfo) + 8;
  return info;
}

EXPORT_STAMP(spoilt());
