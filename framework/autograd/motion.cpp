#include "autograd/motion.hpp"

#include <algorithm>

#include "autograd/reach.hpp"
#include "core/text.hpp"
#include "espalier/tangent.hpp"

namespace espalier {

namespace {

bool trains_shared(const Tape::Node& node) {
  if (node.op == nullptr) return false;
  const auto owned = node.op->parameters();
  return std::ranges::any_of(owned, [](const Parameter* p) { return p->domain == Domain::shared; });
}

// Why a node that something moving feeds does not let a tangent pass.
std::string gap_at(const Tape::Node& node, bool fed) {
  if (node.in_head()) {
    return text::cat(node.scope,
                     fed ? " reads the trunk beside its border" : " trains a shared parameter");
  }
  if (node.op == nullptr || dynamic_cast<const HasTangent*>(node.op.get()) != nullptr) return "";
  return text::cat("op '", node.op->name(), "' of ", node.scope, " has no tangent");
}

// A border's cotangent must be of one loss alone.
std::string gap_at_borders(const Tape& tape, const Motion& motion) {
  const Reach reach = find_reach(tape, LaneMode::per_task);
  for (const Tape::Node& node : tape.nodes()) {
    const auto output = static_cast<std::size_t>(node.output.id);
    if (!node.is_border() || motion.values[output] == 0) continue;
    for (const LaneBlock& block : reach.blocks[output]) {
      const int task = tape.losses()[static_cast<std::size_t>(block.lane)].task;
      if (task == node.task) continue;
      return text::cat("the loss of task ", task, " passes the border of task ", node.task);
    }
  }
  return "";
}

}  // namespace

Motion find_motion(const Tape& tape) {
  const Reach reach = find_reach(tape, LaneMode::one);
  Motion motion;
  motion.values.assign(tape.values().size(), 0);
  motion.nodes.assign(tape.nodes().size(), 0);
  std::vector<char> behind(tape.values().size(), 0);  // what a border hands to its head
  for (std::size_t n = 0; n < tape.nodes().size(); ++n) {
    const Tape::Node& node = tape.nodes()[n];
    if (reach.active[n] == 0) continue;
    const bool fed = std::ranges::any_of(node.inputs, [&](Var v) {
      const auto i = static_cast<std::size_t>(v.id);
      return motion.values[i] != 0 && (!node.in_head() || behind[i] == 0);
    });
    if (!fed && !trains_shared(node)) continue;
    if (motion.gap.empty()) motion.gap = gap_at(node, fed);
    if (node.in_head()) continue;
    const auto output = static_cast<std::size_t>(node.output.id);
    motion.nodes[n] = motion.values[output] = 1;
    behind[output] = node.is_border() ? 1 : 0;
  }
  if (motion.gap.empty()) motion.gap = gap_at_borders(tape, motion);
  return motion;
}

}  // namespace espalier
