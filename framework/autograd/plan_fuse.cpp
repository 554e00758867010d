#include <algorithm>

#include "autograd/plan_state.hpp"

namespace espalier {

namespace {

// Planned in place, nobody but the relu reads what it reads: its producer may as well write y.
void fuse_forward(PlanState& s, std::size_t relu) {
  const Tape::Node& node = s.tape.nodes()[relu];
  const int producer = s.tape.value(node.inputs[0]).producer;
  if (producer < 0 || s.values[id(node.inputs[0])].data != s.values[id(node.output)].data) return;
  PreparedNode& before = s.nodes[static_cast<std::size_t>(producer)];
  before.forward_rectifies = dynamic_cast<const RectifyingOp*>(before.op);
  if (before.forward_rectifies != nullptr) s.nodes[relu].runs_forward = false;
}

bool passes_all_rows(const PreparedNode& node) {
  return passes_at_once(node) && !node.runs[0][0].accumulate;
}

// So may narrow ops abreast that together pass it all of its cotangent.
bool fuse_abreast(PlanState& s, std::size_t relu) {
  const Var y = s.tape.nodes()[relu].output;
  PreparedNode& node = s.nodes[relu];
  for (AbreastNodes& group : s.abreast) {
    if (group.backward.empty() || group.value.id != y.id) continue;
    if (!passes_all_rows(node) || node.dx[0].data != node.backward.dy.data) return false;
    group.mask = s.values[id(y)].data;
    node.runs_backward = false;
    return true;
  }
  return false;
}

// The only op that passes a cotangent to the relu, over all of its rows, may as well mask it.
void fuse_backward(PlanState& s, std::size_t relu) {
  const Tape::Node& node = s.tape.nodes()[relu];
  const auto reads = [&](std::size_t n) {
    return s.reach.active[n] != 0 && std::ranges::any_of(s.tape.nodes()[n].inputs, [&](Var v) {
             return v.id == node.output.id;
           });
  };
  PreparedNode* reader = nullptr;
  for (std::size_t n = relu + 1; n < s.nodes.size(); ++n) {
    if (!reads(n)) continue;
    if (reader != nullptr) return;
    reader = &s.nodes[n];
  }
  if (reader == nullptr || !passes_all_rows(s.nodes[relu]) || !passes_all_rows(*reader) ||
      s.nodes[relu].dx[0].data != s.nodes[relu].backward.dy.data ||
      s.nodes[relu].runs[0][0].value_row != reader->runs[0][0].value_row) {
    return;
  }
  reader->backward_rectifies = dynamic_cast<const RectifyingOp*>(reader->op);
  if (reader->backward_rectifies != nullptr) s.nodes[relu].runs_backward = false;
}

}  // namespace

bool passes_at_once(const PreparedNode& node) {
  if (!node.runs_backward || node.runs[0].size() != 1) return false;
  const Run& run = node.runs[0][0];
  return run.rows == node.dx[0].shape[0] && run.dx_row == 0;
}

void fuse_rectifiers(PlanState& s) {
  for (std::size_t n = 0; n < s.nodes.size(); ++n) {
    if (dynamic_cast<const Rectifier*>(s.nodes[n].op) == nullptr) continue;
    fuse_forward(s, n);
    if (s.tape.training() && s.reach.active[n] != 0 && !fuse_abreast(s, n)) fuse_backward(s, n);
  }
}

}  // namespace espalier
