// Lanes that go down in waves (see waves.hpp): what each wave is to a node, and the sweep.
#include <algorithm>

#include "autograd/gram.hpp"
#include "autograd/plan_prepare.hpp"

namespace espalier {

namespace {

std::vector<LaneBlock> blocks_of_wave(const PlanState& s, Var v, std::size_t wave) {
  std::vector<LaneBlock> blocks;
  Index row = 0;
  for (LaneBlock block : s.reach.blocks[id(v)]) {
    if (s.waves.of(block.lane) != wave) continue;
    if (s.waves.passes[id(v)] != 0) block.row = row;
    row += block.rows;
    blocks.push_back(block);
  }
  return blocks;
}

}  // namespace

Index cotangent_rows(const PlanState& s, Var v) {
  if (s.waves.nodes == 0 || s.waves.passes[id(v)] == 0) return s.reach.cotangent_rows(v);
  Index most = 0;
  for (std::size_t w = 0; w < s.waves.count(); ++w) {
    Index rows = 0;
    for (const LaneBlock& block : blocks_of_wave(s, v, w)) rows += block.rows;
    most = std::max(most, rows);
  }
  return most;
}

void prepare_waves(const PlanState& s, std::size_t n, PreparedNode& p, Written& written) {
  const Tape::Node& node = s.tape.nodes()[n];
  p.waves.resize(s.waves.count());
  std::size_t formed_lanes = 0;
  for (std::size_t w = 0; w < s.waves.count(); ++w) {
    NodeWave& wave = p.waves[w];
    const std::vector<LaneBlock> from = blocks_of_wave(s, node.output, w);
    wave.lanes = lanes_of(from);
    for (const Var input : node.inputs) {
      const bool wanted = s.cotangents[id(input)].data != nullptr;
      wave.runs.push_back(wanted
                              ? make_runs(node, from, input, blocks_of_wave(s, input, w), written)
                              : std::vector<Run>{});
    }
    for (const std::vector<Run>& runs : wave.runs) wave.run_spans.emplace_back(runs);
    wave.backward = p.backward;
    wave.backward.runs = wave.run_spans;
    if (!p.forms_in_sweep) continue;
    wave.gram = p.gram_context;
    wave.gram.lanes = wave.lanes;
    wave.gram.across = static_cast<int>(s.lane_count());  // no lane from it on: no products
    const std::size_t each = formed_bytes(*p.op, 1);
    wave.gram.formed = p.formed.subspan(formed_lanes * each, wave.lanes.size() * each);
    formed_lanes += wave.lanes.size();
  }
}

void backward_waves(PlanState& s, where::Sweep& sweep) {
  for (std::size_t w = 0; w < s.waves.count(); ++w) {
    for (std::size_t n = s.waves.nodes; n-- > 0;) {
      PreparedNode& node = s.nodes[n];
      if (node.waves.empty() || node.waves[w].lanes.empty()) continue;
      NodeWave& wave = node.waves[w];
      sweep.at(node.place);
      if (node.runs_backward) {
        wave.backward.step = node.forward.step;
        node.op->backward(wave.backward);
      }
      if (node.forms_in_sweep) node.op->gram(wave.gram);
    }
  }
  for (std::size_t n = 0; n < s.waves.nodes; ++n) {
    PreparedNode& node = s.nodes[n];
    node.factor = 1.0;
    node.use_formed = false;
    node.formed_now = node.forms_in_sweep;
    if (!node.forms_in_sweep) continue;
    std::ranges::fill(node.gram, 0.0);
    const auto each = static_cast<Index>(formed_bytes(*node.op, 1) / sizeof(real));
    add_gram_of_rows(reinterpret_cast<const real*>(node.formed.data()), each, node.gram_context);
  }
}

}  // namespace espalier
