#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "experiment/reference.hpp"

namespace espalier::cli {

/// Options as indented lines, for people; "  no options" where there are none.
std::string option_text(const std::vector<FieldRow>& rows);

/// The same for programs: a list of {name, type, default, required, doc}.
nlohmann::ordered_json option_json(const std::vector<FieldRow>& rows);

}  // namespace espalier::cli
