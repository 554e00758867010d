#pragma once

#include <string>
#include <vector>

#include "espalier/tape.hpp"

namespace espalier {

/// What moves when the trunk's shared parameters do, as far as it reaches a task's head: the values
/// and nodes that a tangent passes. Heads are left out: it ends at their borders.
struct Motion {
  std::vector<char> values;
  std::vector<char> nodes;
  /// Why no tangent can be pushed to all borders, for people; "" where it can.
  std::string gap;
};

ESPALIER_API Motion find_motion(const Tape& tape);

}  // namespace espalier
