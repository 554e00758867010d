#include "autograd/turns.hpp"

#include <algorithm>

#include "autograd/plan_memory.hpp"

namespace espalier {

Turns::Turns() = default;
Turns::~Turns() = default;

void Turns::add(PlanState& plan) {
  const PlanState* const next = planners_.empty() ? nullptr : &planners_.back()->plan();
  auto planner = std::make_unique<MemoryPlanner>(plan, next);
  planner->run();
  planners_.push_back(std::move(planner));
  if (first_ == nullptr) first_ = &plan;
}

void Turns::settle() {
  std::ranges::reverse(planners_);  // in the order of their turns
  std::vector<PlannedBlock> all;
  bool spread = false;
  int begin = 0;  // of the turn
  for (std::size_t k = 0; k < planners_.size(); ++k) {
    const int end = begin + planners_[k]->duration();
    for (PlannedBlock block : planners_[k]->plan().blocks) {
      block.begin = block.kind == BlockKind::input ? 0 : begin + block.begin;
      block.end = block.held ? end + planners_[k + 1]->duration() : begin + block.end;
      all.push_back(std::move(block));
    }
    spread |= planners_[k]->plan().options.spread;
    begin = end;
  }
  arena_ = Arena(place(all, spread));
  auto placed = all.begin();
  for (const auto& planner : planners_) {
    for (PlannedBlock& block : planner->plan().blocks) block.offset = (placed++)->offset;
  }
  for (const auto& planner : planners_) {
    planner->hand_out(arena_.data());
    prepare(planner->plan());
  }
  planners_.clear();
}

}  // namespace espalier
