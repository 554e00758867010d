#pragma once

#include <map>
#include <string>
#include <string_view>

#include "data/source.hpp"

namespace espalier {

/// The files of the part of `role`, for a source of IDX files. Throws the ConfigError that begins
/// with the part's place, or with "[<source>] train" where there is none.
const DataPart& idx_files(const DataParts& parts, DataRole role, std::string_view source);

/// One column for each file, under its name; bytes of more than one axis are multiplied by `scale`.
/// Throws DataError where a file is wrong (see `parse_idx`) or their rows differ.
Dataset read_idx_files(const std::map<std::string, Path>& files, double scale);

}  // namespace espalier
