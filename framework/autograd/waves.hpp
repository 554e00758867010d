#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "espalier/op.hpp"

namespace espalier {

/// Many lanes go down through the beginning of the trunk some at a time: a *wave*, of lanes with
/// numbers that follow each other. Cotangents that nothing reads behind the sweep then need room
/// for one wave, and memory hardly grows with the number of tasks.
struct Waves {
  std::size_t nodes = 0;     ///< of the tape, the first ones; 0: all lanes go together
  std::vector<Index> ends;   ///< of each wave: the lane behind its last
  std::vector<char> passes;  ///< per value: its cotangent holds the rows of one wave

  std::size_t count() const { return ends.size(); }
  std::size_t of(int lane) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(ends, Index{lane}) - ends.begin());
  }
};

/// What one wave is to a node: the contexts point into the vectors above them, and into those of
/// the node.
struct NodeWave {
  std::vector<std::vector<Run>> runs;
  std::vector<std::span<const Run>> run_spans;
  std::vector<LaneRows> lanes;
  BackwardContext backward;
  GramContext gram;  ///< where gradients are formed in the sweep: of these lanes, no products
};

}  // namespace espalier
