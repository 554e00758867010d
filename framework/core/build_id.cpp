#include "core/build_id.hpp"

#include "espalier/build_string.hpp"

namespace espalier {

std::string_view version() { return kVersion; }
std::string_view build_string() { return kBuildString; }

}  // namespace espalier
