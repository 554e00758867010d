#include "autograd/plan_memory.hpp"

#include <algorithm>

namespace espalier {

MemoryPlanner::MemoryPlanner(PlanState& state, const PlanState* next)
    : s_(state),
      next_(next),
      clock_{static_cast<int>(state.tape.nodes().size()), state.options.tangent} {}

void MemoryPlanner::run() {
  where::Sweep sweep("plan");
  sweep_ = &sweep;
  count_consumers();
  find_forming();
  place_cotangents();
  find_waves();
  place_values();
  if (s_.options.tangent) place_tangents();
  place_saved();
  add_workspace();
  if (next_ != nullptr && next_->options.tangent) hold_unformed();
  sweep_ = nullptr;
}

void MemoryPlanner::enter(std::size_t n) {
  const Tape::Node& node = nodes()[n];
  here_ = {.op = s_.tape.value(node.output).name, .scope = node.scope, .object = node.op.get()};
  sweep_->at(here_);
}

void MemoryPlanner::count_consumers() {
  consumers_.assign(s_.tape.values().size(), 0);
  active_consumers_ = consumers_;
  for (std::size_t n = 0; n < nodes().size(); ++n) {
    for (const Var input : nodes()[n].inputs) {
      ++consumers_[id(input)];
      if (active(n)) ++active_consumers_[id(input)];
    }
  }
}

// Of many lanes cotangents are the largest blocks of a plan. An op whose formed gradients are kept
// needs its own no longer than the sweep.
void MemoryPlanner::find_forming() {
  forms_.assign(nodes().size(), 0);
  std::vector<ValueInfo> infos;
  for (std::size_t n = 0; n < nodes().size(); ++n) {
    if (!active(n) || nodes()[n].op == nullptr) continue;
    enter(n);
    const Geometry geometry = geometry_of(s_, n, infos);
    forms_[n] = geometry.formed ? 1 : 0;
  }
}

bool MemoryPlanner::recipe(std::size_t n) const {
  return !s_.options.tangent && nodes()[n].op != nullptr && !nodes()[n].op->parameters().empty() &&
         forms_[n] == 0;
}

int MemoryPlanner::last_look(std::size_t n) const {
  if (moving(n)) return clock_.tangent(n);
  return recipe(n) ? clock_.update() : sweep_ends(n);
}

int MemoryPlanner::new_block(const std::string& name, BlockKind kind, std::size_t bytes,
                             int begin) {
  s_.blocks.push_back({name, kind, bytes, begin, begin, 0});
  return static_cast<int>(s_.blocks.size()) - 1;
}

void MemoryPlanner::live_until(const Place& place, int time) {
  block(place).end = std::max(block(place).end, time);
}

}  // namespace espalier
