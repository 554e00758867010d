#pragma once

#include <string>

#include "espalier/api.hpp"

namespace espalier {

/// The absolute path of the running program's file; empty where the system does not say.
ESPALIER_API std::string program_file();

/// `path` seen from the folder above the program's (the prefix it is installed to, or the build
/// folder), so that a prefix may be moved. Empty where the program's file is unknown.
ESPALIER_API std::string beside_program(const std::string& path);

}  // namespace espalier
