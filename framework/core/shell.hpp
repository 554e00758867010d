#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// The folders of a list like PATH's, which colons separate; empty entries name none.
ESPALIER_API std::vector<std::string> path_entries(std::string_view path);

}  // namespace espalier
