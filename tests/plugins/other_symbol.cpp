#include "stamp.hpp"

// The file shows one stamp, the loaded library another.
extern "C" IN_STAMP_SECTION __attribute__((used)) const espalier::PluginInfo shown_stamp =
    good_stamp("other_symbol");

extern "C" __attribute__((visibility("default"))) const espalier::PluginInfo espalier_plugin;
constinit const espalier::PluginInfo espalier_plugin = good_stamp("letters");
