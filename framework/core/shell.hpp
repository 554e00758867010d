#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// The folders of a list like PATH's, which colons separate; empty entries name none.
ESPALIER_API std::vector<std::string> path_entries(std::string_view path);

/// `letters` as one word of a shell.
ESPALIER_API std::string shell_word(std::string_view letters);

}  // namespace espalier
