#pragma once

#include <string>

#include "espalier/api.hpp"

namespace espalier {

/// The absolute path of the running program's file; empty where the system does not say.
ESPALIER_API std::string program_file();

/// The folder above the program's, without links: the prefix it is installed to, or the build
/// folder. Empty where the program's file is unknown.
ESPALIER_API std::string program_home();

/// `path` seen from the folder above the program's (see program_home), so that a prefix may be
/// moved. Empty where the program's file is unknown.
ESPALIER_API std::string beside_program(const std::string& path);

}  // namespace espalier
