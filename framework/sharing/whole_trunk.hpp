#pragma once

#include "sharing/strategy.hpp"

namespace espalier {

/// All stages as one block.
inline std::vector<StageBlock> whole_trunk(std::size_t stages, const StageSharing& sharing) {
  if (stages == 0) return {};
  return {{0, stages, &sharing}};
}

}  // namespace espalier
