#include <algorithm>

#include "autograd/plan_memory.hpp"
#include "core/text.hpp"

namespace espalier {

std::size_t MemoryPlanner::bytes_of(std::size_t v) const {
  const ValueInfo& info = s_.tape.values()[v].info;
  return static_cast<std::size_t>(info.shape.size()) *
         (info.dtype == Dtype::floating ? sizeof(real) : sizeof(std::int32_t));
}

// A value's memory may be overwritten by its only reader when nobody looks at it again.
bool MemoryPlanner::sole_reader(std::size_t v) const {
  return consumers_[v] == 1 && !s_.tape.values()[v].kept;
}

void MemoryPlanner::place_values() {
  const auto& values = s_.tape.values();
  values_.resize(values.size());
  std::vector<char> overwritable(values.size(), 0);
  for (std::size_t v = 0; v < values.size(); ++v) {
    if (values[v].producer != -1) continue;
    values_[v].block = new_block(values[v].name, BlockKind::input, bytes_of(v), 0);
  }
  for (std::size_t n = 0; n < nodes().size(); ++n) {
    const Tape::Node& node = nodes()[n];
    const std::size_t x = id(node.inputs[0]), y = id(node.output);
    const bool kept_for_backward =
        (active(n) || moving(n)) && node.op != nullptr && node.op->reads_output();
    if (node.op == nullptr) {
      values_[y] = selected(node, values_[x]);
    } else if (node.op->is_view()) {
      values_[y] = values_[x];
      overwritable[y] = overwritable[x] != 0 && sole_reader(y) ? 1 : 0;
    } else if (node.op->in_place() && node.inputs.size() == 1 && overwritable[x] != 0) {
      values_[y] = values_[x];
      overwritable[y] = sole_reader(y) && !kept_for_backward ? 1 : 0;
    } else {
      values_[y].block =
          new_block(text::cat(n, ":", values[y].name), BlockKind::value, bytes_of(y), made_at(n));
      overwritable[y] = sole_reader(y) && !kept_for_backward ? 1 : 0;
    }
  }
  extend_values();
}

MemoryPlanner::Place MemoryPlanner::selected(const Tape::Node& node, Place of) const {
  const Tape::Value& x = s_.tape.value(node.inputs[0]);
  const int stream = s_.tape.value(node.output).parts[0].stream;
  const auto part = std::ranges::find(x.parts, stream, &Part::stream);
  const Index row = part != x.parts.end() ? part->first : 0;
  of.offset += static_cast<std::size_t>(row) * bytes_of(id(node.inputs[0])) /
               static_cast<std::size_t>(x.info.shape[0]);
  return of;
}

// Nodes abreast all go forward in the turn of the first.
int MemoryPlanner::made_at(std::size_t n) const {
  const AbreastNodes* const group = abreast_with(s_, n);
  return clock_.forward(group != nullptr ? group->nodes[0] : n);
}

void MemoryPlanner::extend_values() {
  for (std::size_t n = 0; n < nodes().size(); ++n) {
    const Tape::Node& node = nodes()[n];
    const bool looks = (active(n) || moving(n)) && node.op != nullptr;
    const int late = last_look(n);
    const bool seen = node.is_border() && s_.options.features && s_.tape.training();
    live_until(values_[id(node.output)], seen ? clock_.update() : clock_.forward(n));
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      const bool again = looks && node.op->reads_input(static_cast<int>(k));
      live_until(values_[id(node.inputs[k])], again ? late : clock_.forward(n));
    }
    if (looks && node.op->reads_output()) live_until(values_[id(node.output)], late);
  }
  for (std::size_t v = 0; v < values_.size(); ++v) {
    const Tape::Value& value = s_.tape.values()[v];
    // Inputs stay too: metrics read the targets after the sweep.
    if (value.kept || value.producer == -1) live_until(values_[v], clock_.end());
  }
}

}  // namespace espalier
