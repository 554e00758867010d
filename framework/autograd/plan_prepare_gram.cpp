#include <algorithm>
#include <numeric>

#include "autograd/plan_prepare.hpp"

namespace espalier {

std::vector<LaneRows> lanes_of(const std::vector<LaneBlock>& blocks) {
  std::vector<LaneRows> lanes;
  for (const LaneBlock& b : blocks) {
    lanes.push_back({b.lane, b.stream, b.rows, b.value_row, b.row});
  }
  return lanes;
}

void prepare_gram(PlanState& s, const Tape::Node& node, PreparedNode& p) {
  p.lanes = lanes_of(s.reach.blocks[id(node.output)]);
  bool any = false;
  for (Parameter* parameter : p.forward.parameters) {
    const bool counts = p.shared && s.find(*parameter)->active.size() == 1;
    p.includes.push_back(counts ? 1 : 0);
    any |= counts;
  }
  if (!any || !s.options.gram) return;
  p.gram.resize(s.lane_count() * s.lane_count());
  GramContext& c = p.gram_context;
  static_cast<OpContext&>(c) = p.forward;
  c.dy = s.cotangents[id(node.output)];
  c.lanes = p.lanes;
  c.includes = p.includes;
  c.matrix = p.gram;
  c.stride = static_cast<Index>(s.lane_count());
  c.formed = p.formed;
  c.across = s.options.across;
}

void make_gram_blocks(PlanState& s) {
  std::vector<std::size_t> root(s.nodes.size());
  std::iota(root.begin(), root.end(), std::size_t{0});
  const auto find = [&](std::size_t n) {
    while (root[n] != n) n = root[n];
    return n;
  };
  for (const ParameterUses& use : s.uses) {
    if (use.gram.empty()) continue;
    for (const ParameterUse& other : use.active) {
      const std::size_t a = find(use.active[0].node), b = find(other.node);
      root[std::max(a, b)] = std::min(a, b);
    }
  }
  for (std::size_t n = 0; n < s.nodes.size(); ++n) {
    PreparedNode& node = s.nodes[n];
    if (!node.shared || s.reach.active[n] == 0) continue;
    PreparedNode& first = s.nodes[find(n)];
    if (first.block < 0) {
      first.block = static_cast<int>(s.gram_blocks.size());
      s.gram_blocks.push_back({node.forward.parameters[0]->name, {}});
      s.gram_blocks.back().gram.resize(s.lane_count() * s.lane_count());
    }
    node.block = first.block;
  }
  for (ParameterUses& use : s.uses) {
    if (!use.gram.empty()) use.block = s.nodes[use.active[0].node].block;
  }
}

}  // namespace espalier
