#pragma once

#include "plain_task.hpp"

/// Where ESPALIER_PLUGIN puts the stamp.
#define IN_STAMP_SECTION __attribute__((section(".espalier.stamp")))

/// A stamp with nothing wrong, to be spoilt.
consteval espalier::PluginInfo good_stamp(std::string_view name) {
  return espalier::plugin_info<PlainTask>(name, "wrong in one way");
}

/// Exports `stamp` as a plugin does.
#define EXPORT_STAMP(stamp)                                          \
  extern "C" IN_STAMP_SECTION __attribute__((visibility("default"))) \
  const espalier::PluginInfo espalier_plugin;                        \
  constinit const espalier::PluginInfo espalier_plugin = stamp
