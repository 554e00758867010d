#pragma once

#include <memory>
#include <vector>

#include "core/arena.hpp"

namespace espalier {

class MemoryPlanner;
struct PlanState;

/// The memory of plans that have their turns one after the other in every step, each from its
/// forward sweep to the last that is asked of it. Inputs may be filled before any turn of the step.
/// What a plan holds, its inputs too, is lost when the next turn begins, but for what
/// Plan::derivatives reads of the plan whose turn was before.
class ESPALIER_API Turns {
 public:
  Turns();
  ~Turns();
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// Once, when all plans are there: from now on they have memory; before, they only have a tape.
  /// What is planned first has the last turn.
  void settle();

  /// Bytes of the arena for the plan that was planned first, which counts them; for others 0.
  std::size_t bytes(const PlanState& plan) const { return &plan == first_ ? arena_.bytes() : 0; }

 private:
  friend class Plan;
  void add(PlanState& plan);

  std::vector<std::unique_ptr<MemoryPlanner>> planners_;  // until they are settled
  const PlanState* first_ = nullptr;
  Arena arena_;
};

}  // namespace espalier
