#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "data/dataset.hpp"
#include "espalier/source.hpp"

namespace espalier {

struct SourceEntry {
  std::string_view name;
  std::string_view summary;
  std::unique_ptr<Source> (*make)();
};

/// All sources, in the order they are listed to users.
ESPALIER_API std::span<const SourceEntry> source_table();

}  // namespace espalier
