#include "autograd/loss_pull.hpp"
#include "autograd/plan_prepare.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

void find_owners(PlanState& s) {
  s.owns_inside.assign(s.tape.losses().size(), 0);
  const auto inside = [&](std::size_t n) {
    const PreparedNode& p = s.nodes[n];
    return s.reach.active[n] != 0 && s.tape.nodes()[n].task < 0 && !p.forward.parameters.empty() &&
           !p.shared;
  };
  bool any = false;
  for (std::size_t n = 0; n < s.nodes.size(); ++n) any |= inside(n);
  if (!any) return;
  const Reach reach = find_reach(s.tape, LaneMode::per_task);
  for (std::size_t n = 0; n < s.nodes.size(); ++n) {
    if (!inside(n)) continue;
    const auto& blocks = reach.blocks[id(s.tape.nodes()[n].output)];
    const int lane = blocks.front().lane;
    for (const LaneBlock& block : blocks) {
      const int task = s.tape.losses()[static_cast<std::size_t>(block.lane)].task;
      const int first = s.tape.losses()[static_cast<std::size_t>(lane)].task;
      if (task == first || s.options.lanes == LaneMode::per_task) continue;
      throw ShapeError(text::cat("[", s.nodes[n].op->name(), "] expected a task's own parameter '",
                                 s.nodes[n].forward.parameters[0]->name,
                                 "' to serve one loss, found those of tasks ", first, " and ",
                                 task));
    }
    if (s.options.lanes == LaneMode::per_task) continue;
    s.nodes[n].inner_loss = lane;
    s.owns_inside[static_cast<std::size_t>(lane)] = 1;
  }
}

void find_pulls(PlanState& s) {
  const auto pulls = [&](std::size_t n) {
    return s.reach.active[n] != 0 && dynamic_cast<const LossPull*>(s.nodes[n].op) != nullptr;
  };
  bool any = false;
  for (std::size_t n = 0; n < s.nodes.size(); ++n) any |= pulls(n);
  if (!any) return;
  const Reach reach = find_reach(s.tape, LaneMode::per_task);
  for (std::size_t n = 0; n < s.nodes.size(); ++n) {
    if (!pulls(n)) continue;
    const std::size_t v = id(s.tape.nodes()[n].output);
    for (const LaneBlock& loss : reach.blocks[v]) {
      for (const LaneBlock& to : s.reach.blocks[v]) {
        const bool here = to.lane == s.lane_of(static_cast<std::size_t>(loss.lane));
        if (here && to.stream == loss.stream) {
          s.nodes[n].pulled.push_back({loss.lane, to.row, to.rows});
        }
      }
    }
  }
}

}  // namespace espalier
