#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "espalier/api.hpp"

namespace espalier::file {

/// The whole file. Throws DataError naming the path and the system's reason; refuses files above
/// `limit` bytes before anything is allocated.
ESPALIER_API std::string read(const std::string& path, std::size_t limit = std::size_t{1} << 34U);

/// Writes beside `path`, fsyncs, renames over it, fsyncs the folder: a reader (or a resumed run)
/// sees the old bytes or the new ones, never a part. Throws RunFailure with path and reason.
ESPALIER_API void write_atomically(const std::string& path, std::string_view bytes);

/// The same for several pieces written one after the other, without joining them in memory.
ESPALIER_API void write_atomically(const std::string& path,
                                   std::span<const std::string_view> pieces);

/// SHA-256 of `bytes` in lower-case hexadecimal.
ESPALIER_API std::string sha256(std::string_view bytes);

}  // namespace espalier::file
