// Where tangents lie: they run up through the trunk after the heads' backward sweep, each as long
// as its value. Those of parameters are there before the plan's turn.
#include <algorithm>

#include "autograd/plan_memory.hpp"
#include "core/text.hpp"

namespace espalier {

void MemoryPlanner::place_tangents() {
  tangents_.resize(s_.tape.values().size());
  count_moving_readers();
  for (std::size_t n = 0; n < nodes().size(); ++n) {
    if (moving(n)) place_tangent(n);
  }
  place_zeros();
  place_parameter_tangents();
}

void MemoryPlanner::count_moving_readers() {
  readers_.assign(s_.tape.values().size(), 0);
  alone_.assign(readers_.size(), 0);
  for (std::size_t n = 0; n < nodes().size(); ++n) {
    if (!moving(n)) continue;
    for (const Var input : nodes()[n].inputs) ++readers_[id(input)];
  }
}

// The tangent of node n's output: in that of its input where nobody else reads that, else in a
// block of its own.
void MemoryPlanner::place_tangent(std::size_t n) {
  const Tape::Node& node = nodes()[n];
  const std::size_t x = id(node.inputs[0]), y = id(node.output);
  if (node.op == nullptr) {
    tangents_[y] = selected(node, tangents_[x]);
    alone_[y] = 0;
  } else if (tangents_[x].block >= 0 && node.inputs.size() == 1 && node.op->is_view()) {
    tangents_[y] = tangents_[x];
    alone_[y] = alone_[x] != 0 && readers_[y] == 1 ? 1 : 0;
  } else if (alone_[x] != 0 && node.inputs.size() == 1 && node.op->in_place()) {
    tangents_[y] = tangents_[x];
    alone_[y] = readers_[y] == 1 ? 1 : 0;
  } else {
    tangents_[y].block = new_block(text::cat("t", n, ":", s_.tape.values()[y].name),
                                   BlockKind::tangent, bytes_of(y), clock_.tangent(n));
    alone_[y] = readers_[y] == 1 ? 1 : 0;
  }
  live_until(tangents_[y], clock_.tangent(n));
  for (const Var input : node.inputs) {
    if (tangents_[id(input)].block >= 0) live_until(tangents_[id(input)], clock_.tangent(n));
  }
}

// What an op reads of an input that stays, beside one that moves.
void MemoryPlanner::place_zeros() {
  std::size_t most = 0;
  for (std::size_t n = 0; n < nodes().size(); ++n) {
    const auto& inputs = nodes()[n].inputs;
    const auto moves = [&](Var v) { return tangents_[id(v)].block >= 0; };
    if (!moving(n) || std::ranges::none_of(inputs, moves)) continue;
    for (const Var v : inputs) {
      const bool is_real = s_.tape.value(v).info.dtype == Dtype::floating;
      if (is_real && !moves(v)) most = std::max(most, bytes_of(id(v)));
    }
  }
  if (most == 0) return;
  zeros_.block = new_block("zeros", BlockKind::tangent, most, clock_.tangent(0));
  live_until(zeros_, clock_.update());
}

void MemoryPlanner::place_parameter_tangents() {
  parameter_tangents_.resize(s_.uses.size());
  for (std::size_t u = 0; u < s_.uses.size(); ++u) {
    const Parameter& parameter = *s_.uses[u].parameter;
    if (parameter.domain != Domain::shared || stays_unformed(s_, parameter)) continue;
    for (std::size_t n = 0; n < nodes().size(); ++n) {
      if (tangent_op(s_, n) == nullptr) continue;
      const auto owned = nodes()[n].op->parameters();
      if (std::ranges::find(owned, &parameter) == owned.end()) continue;
      Place& place = parameter_tangents_[u];
      if (place.block < 0) {
        const std::size_t bytes = static_cast<std::size_t>(parameter.value.size()) * sizeof(real);
        place.block =
            new_block("t:" + parameter.name, BlockKind::tangent, bytes, Clock::kUpdateBefore);
      }
      live_until(place, clock_.tangent(n));
    }
  }
}

void MemoryPlanner::hold_unformed() {
  for (std::size_t n = 0; n < nodes().size(); ++n) {
    if (!active(n) || !recipe(n)) continue;
    const auto owned = nodes()[n].op->parameters();
    const bool unformed = std::ranges::any_of(owned, [&](const Parameter* parameter) {
      return parameter->domain == Domain::shared && stays_unformed(*next_, *parameter);
    });
    if (!unformed) continue;
    block(values_[id(nodes()[n].inputs[0])]).held = true;
    block(cotangents_[id(nodes()[n].output)]).held = true;
  }
}

void MemoryPlanner::hand_out_tangents() {
  const auto real_at = [&](const Place& place) { return reinterpret_cast<real*>(at(place)); };
  s_.tangents.resize(tangents_.size());
  for (std::size_t v = 0; v < tangents_.size(); ++v) {
    if (tangents_[v].block < 0) continue;
    s_.tangents[v] = {real_at(tangents_[v]), s_.tape.values()[v].info.shape};
  }
  s_.parameter_tangents.resize(parameter_tangents_.size());
  for (std::size_t u = 0; u < parameter_tangents_.size(); ++u) {
    if (parameter_tangents_[u].block < 0) continue;
    s_.parameter_tangents[u] = {real_at(parameter_tangents_[u]), s_.uses[u].parameter->value.shape};
  }
  if (zeros_.block < 0) return;
  const auto numbers = static_cast<Index>(block(zeros_).bytes / sizeof(real));
  s_.zeros = {real_at(zeros_), Shape{numbers}};
}

}  // namespace espalier
