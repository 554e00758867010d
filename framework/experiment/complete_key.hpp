#pragma once

#include <string>
#include <vector>

#include "experiment/plugin_list.hpp"

namespace espalier {

/// What an override on the command line can go on as, after the letters typed so far: keys, ended
/// by '.' where keys follow and by '=' where a value does, and values where the key is there. From
/// the lists and tables that read the experiment, and from the plugins in reach. Of `search`,
/// `experiment` names the data sets, tasks and stages; it may be empty, or a file that cannot be
/// read. Sorted; throws nothing.
ESPALIER_API std::vector<std::string> complete_override(const std::string& typed,
                                                        const PluginSearch& search);

/// Those of `all` that begin with `typed`: sorted, each once.
ESPALIER_API std::vector<std::string> beginning_with(const std::string& typed,
                                                     std::vector<std::string> all);

}  // namespace espalier
