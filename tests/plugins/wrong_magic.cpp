#include "stamp.hpp"

static consteval espalier::PluginInfo spoilt() {
  espalier::PluginInfo info = good_stamp("wrong_magic");
  info.magic[0] = 'E';
  return info;
}

EXPORT_STAMP(spoilt());
