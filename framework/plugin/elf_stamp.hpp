#pragma once

#include <string>
#include <string_view>

#include "espalier/api.hpp"

namespace espalier {

/// The bytes of section `.espalier.stamp` of the shared library at `path`: what a plugin says of
/// itself, read without running any of its code (dlopen would already run static constructors, and
/// dies of SIGBUS on a truncated file). Reads the headers and the section, never the whole file.
/// Throws PluginError "[plugin PATH] ..." for anything that is not a complete 64-bit x86 library
/// with a stamp.
ESPALIER_API std::string read_stamp(const std::string& path);

/// The same for a library held in memory; `where` stands for the path.
ESPALIER_API std::string read_stamp(std::string_view where, std::string_view bytes);

}  // namespace espalier
