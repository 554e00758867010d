#pragma once

#include <vector>

#include "espalier/tape.hpp"

namespace espalier {

/// How cotangents travel: one lane for the sum of all losses, or one lane for each loss.
enum class LaneMode : std::uint8_t { one, per_task };

/// Rows of a cotangent that belong to one lane of one stream.
struct LaneBlock {
  int lane = 0;
  int stream = 0;
  Index value_row = 0;
  Index row = 0;
  Index rows = 0;
};

/// Which losses reach which rows of every value, and so how its cotangent is laid out: for each
/// part (stream) in order, one block of its rows for each lane that reaches it.
struct Reach {
  std::vector<char> depends;                   ///< per value: made from a trainable parameter
  std::vector<std::vector<LaneBlock>> blocks;  ///< per value: empty where no cotangent is needed
  std::vector<char> active;                    ///< per node: takes part in the backward sweep

  Index cotangent_rows(Var v) const;
};

/// With `heads_only` cotangents end at the borders: nothing of the trunk takes part.
Reach find_reach(const Tape& tape, LaneMode mode, bool heads_only = false);

}  // namespace espalier
