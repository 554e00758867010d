#include <algorithm>

#include "autograd/plan_state.hpp"

namespace espalier {

std::size_t formed_bytes(const Op& op, Index lanes) {
  std::size_t numbers = 0;
  for (const Parameter* p : op.parameters()) numbers += static_cast<std::size_t>(p->value.size());
  return numbers * static_cast<std::size_t>(lanes) * sizeof(real);
}

Geometry geometry_of(const PlanState& state, std::size_t n, std::vector<ValueInfo>& infos) {
  const Tape::Node& node = state.tape.nodes()[n];
  infos.clear();
  for (const Var input : node.inputs) infos.push_back(state.tape.value(input).info);
  Geometry g;
  g.inputs = infos;
  g.output = state.tape.value(node.output).info;
  g.parts = state.tape.value(node.inputs[0]).parts;
  g.lanes = 0;
  const auto owned = node.op != nullptr ? node.op->parameters() : std::span<Parameter* const>();
  const bool shared = !owned.empty() && owned[0]->domain == Domain::shared;
  g.gram = shared && state.options.gram && state.tape.training();
  const auto& blocks = state.reach.blocks[static_cast<std::size_t>(node.output.id)];
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    ++g.lanes;
    g.lane_rows = std::max(g.lane_rows, blocks[b].rows);
    g.cotangent_rows += blocks[b].rows;
    if (b > 0 && blocks[b].value_row == blocks[b - 1].value_row) g.common_rows = true;
  }
  // Gradients of these sizes are cheaper kept than made again; a parameter with several uses has
  // its gradient in several places.
  constexpr std::size_t kMost = std::size_t{32} << 20U;
  g.formed = g.gram && state.options.keep_formed && node.op->gram_forms() && g.lanes > 0 &&
             formed_bytes(*node.op, g.lanes) <= kMost;
  for (const Parameter* parameter : owned) {
    g.formed = g.formed && state.find(*parameter)->active.size() == 1;
  }
  return g;
}

}  // namespace espalier
