#include "autograd/plan_memory.hpp"

namespace espalier {

void MemoryPlanner::hand_out(std::byte* arena) {
  arena_ = arena;
  hand_out_values();
  const Place work{workspace_block_, 0};
  s_.workspace = {at(work), block(work).bytes};
  hand_out_nodes();
  if (s_.options.tangent) hand_out_tangents();
}

void MemoryPlanner::hand_out_values() {
  const auto& values = s_.tape.values();
  s_.values.resize(values.size());
  s_.integers.resize(values.size());
  s_.cotangents.resize(values.size());
  for (std::size_t v = 0; v < values.size(); ++v) {
    if (values_[v].block < 0) continue;  // nothing makes it
    const Shape& shape = values[v].info.shape;
    if (values[v].info.dtype == Dtype::floating) {
      s_.values[v] = {reinterpret_cast<real*>(at(values_[v])), shape};
    } else {
      s_.integers[v] = {reinterpret_cast<std::int32_t*>(at(values_[v])),
                        static_cast<std::size_t>(shape.size())};
    }
    if (cotangents_[v].block >= 0) {
      s_.cotangents[v] = {reinterpret_cast<real*>(at(cotangents_[v])),
                          shape.with_rows(cotangent_rows(s_, {static_cast<int>(v)}))};
    }
  }
}

void MemoryPlanner::hand_out_nodes() {
  s_.nodes.resize(nodes().size());
  for (std::size_t n = 0; n < nodes().size(); ++n) {
    const Tape::Node& node = nodes()[n];
    s_.nodes[n].runs_forward = node.op != nullptr && !node.op->is_view();
    s_.nodes[n].runs_backward = active(n) && shares_[n] == 0;
    if (shares_[n] != 0 && node.op != nullptr && !node.op->is_view()) {
      s_.nodes[n].runs_backward = true;  // in place: dx is dy's memory, but must be computed
    }
    if (formed_[n].block >= 0) {
      s_.nodes[n].formed = {at(formed_[n]), block(formed_[n]).bytes};
      s_.nodes[n].lane_weights.resize(s_.lane_count());
      s_.nodes[n].forms_in_sweep = forms_[n] != 0;
    }
    if (saved_[n].block >= 0) {
      s_.nodes[n].forward.saved = {at(saved_[n]), block(saved_[n]).bytes};
    }
  }
}

}  // namespace espalier
