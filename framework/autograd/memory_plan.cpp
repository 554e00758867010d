#include "autograd/memory_plan.hpp"

#include <algorithm>
#include <numeric>

#include "core/arena.hpp"

namespace espalier {

const char* to_string(BlockKind kind) {
  switch (kind) {
    case BlockKind::input:
      return "input";
    case BlockKind::value:
      return "value";
    case BlockKind::cotangent:
      return "cotangent";
    case BlockKind::tangent:
      return "tangent";
    case BlockKind::saved:
      return "saved";
    case BlockKind::workspace:
      return "workspace";
  }
  return "";
}

std::size_t place(std::vector<PlannedBlock>& blocks, bool spread) {
  std::vector<std::size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return blocks[a].bytes > blocks[b].bytes; });
  std::size_t total = 0;
  std::vector<std::size_t> placed;  // sorted by offset
  for (const std::size_t b : order) {
    PlannedBlock& block = blocks[b];
    const std::size_t bytes = Arena::rounded(block.bytes);
    std::size_t offset = 0;
    for (const std::size_t other : placed) {
      const PlannedBlock& there = blocks[other];
      const bool together = spread || (there.begin <= block.end && block.begin <= there.end);
      if (!together) continue;
      if (offset + bytes <= there.offset) break;  // fits in the hole before it
      offset = std::max(offset, there.offset + Arena::rounded(there.bytes));
    }
    block.offset = offset;
    total = std::max(total, offset + bytes);
    const auto at = std::ranges::upper_bound(placed, offset, {},
                                             [&](std::size_t p) { return blocks[p].offset; });
    placed.insert(at, b);
  }
  return total;
}

}  // namespace espalier
