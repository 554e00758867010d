#include <algorithm>

#include "autograd/plan_memory.hpp"
#include "core/text.hpp"

namespace espalier {

void MemoryPlanner::place_saved() {
  saved_.resize(nodes().size());
  formed_.resize(nodes().size());
  std::vector<ValueInfo> infos;
  for (std::size_t n = 0; n < nodes().size(); ++n) {
    const Op* op = nodes()[n].op.get();
    if (op == nullptr) continue;
    enter(n);
    const Geometry geometry = geometry_of(s_, n, infos);
    const Footprint footprint = op->footprint(geometry);
    if (geometry.formed) place_formed(n, geometry.lanes);
    workspace_ = std::max(workspace_, footprint.workspace);
    if (const HasTangent* const op_moves = tangent_op(s_, n); op_moves != nullptr) {
      workspace_ = std::max(workspace_, op_moves->tangent_workspace(geometry));
    }
    if (footprint.saved == 0) continue;
    saved_[n].block = new_block(text::cat(n, ":", op->name(), " saved"), BlockKind::saved,
                                footprint.saved, clock_.forward(n));
    if (active(n) || moving(n)) live_until(saved_[n], last_look(n));
  }
}

// Written by `gram` in the sweep, and read by the update.
void MemoryPlanner::place_formed(std::size_t n, Index lanes) {
  const Op& op = *nodes()[n].op;
  formed_[n].block = new_block(text::cat(n, ":", op.name(), " formed"), BlockKind::saved,
                               formed_bytes(op, lanes), sweep_begins(n));
  live_until(formed_[n], clock_.update());
}

void MemoryPlanner::add_workspace() {
  const std::size_t bytes = Arena::rounded(workspace_) + formed_workspace(s_);
  workspace_block_ = new_block("workspace", BlockKind::workspace, bytes, 0);
  s_.blocks.back().end = clock_.end();
}

}  // namespace espalier
