#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "espalier/api.hpp"

namespace espalier {

/// What a planned block holds. There is no kind for parameter gradients: the engine has none.
enum class BlockKind : std::uint8_t { input, value, cotangent, tangent, saved, workspace };

ESPALIER_API const char* to_string(BlockKind kind);

/// A block of the arena that is alive from time `begin` to time `end`, both included.
struct PlannedBlock {
  std::string name;
  BlockKind kind = BlockKind::value;
  std::size_t bytes = 0;
  int begin = 0;
  int end = 0;
  std::size_t offset = 0;
  bool held = false;  ///< through the turn behind the plan's own as well (see Turns)
};

/// Gives every block an offset such that no two blocks that live at the same time overlap, largest
/// first at the lowest place that is free; returns the bytes needed. With `spread` no two blocks
/// overlap at all.
ESPALIER_API std::size_t place(std::vector<PlannedBlock>& blocks, bool spread = false);

}  // namespace espalier
