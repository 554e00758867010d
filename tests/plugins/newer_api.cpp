#include "stamp.hpp"

static consteval espalier::PluginInfo spoilt() {
  espalier::PluginInfo info = good_stamp("newer_api");
  info.api = espalier::kPluginApi + 1;
  return info;
}

EXPORT_STAMP(spoilt());
