#include "stamp.hpp"

// The stamp is in the file, but not exported.
extern "C" IN_STAMP_SECTION __attribute__((used)) const espalier::PluginInfo hidden_stamp =
    good_stamp("no_symbol");
