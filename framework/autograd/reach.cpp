#include "autograd/reach.hpp"

#include <algorithm>

namespace espalier {

namespace {

using LaneSets = std::vector<std::vector<std::vector<int>>>;  // [value][part] -> sorted lanes

void insert(std::vector<int>& lanes, const std::vector<int>& more) {
  std::vector<int> merged;
  std::ranges::set_union(lanes, more, std::back_inserter(merged));
  lanes = std::move(merged);
}

std::vector<char> find_dependence(const Tape& tape) {
  std::vector<char> depends(tape.values().size(), 0);
  for (const Tape::Node& node : tape.nodes()) {
    bool any = node.op != nullptr && !node.op->parameters().empty();
    for (const Var input : node.inputs) any |= depends[static_cast<std::size_t>(input.id)] != 0;
    depends[static_cast<std::size_t>(node.output.id)] = any ? 1 : 0;
  }
  return depends;
}

// Index of the input's part that carries `stream`; the number of its parts where none does.
std::size_t part_of_stream(const Tape::Value& value, int stream) {
  std::size_t p = 0;
  while (p < value.parts.size() && value.parts[p].stream != stream) ++p;
  return p;
}

LaneSets find_lanes(const Tape& tape, LaneMode mode, bool heads_only,
                    const std::vector<char>& depends) {
  LaneSets lanes(tape.values().size());
  for (std::size_t v = 0; v < lanes.size(); ++v) lanes[v].resize(tape.values()[v].parts.size());
  for (std::size_t l = 0; l < tape.losses().size(); ++l) {
    const auto id = static_cast<std::size_t>(tape.losses()[l].value.id);
    insert(lanes[id][0], {mode == LaneMode::one ? 0 : static_cast<int>(l)});
  }
  for (std::size_t n = tape.nodes().size(); n-- > 0;) {
    const Tape::Node& node = tape.nodes()[n];
    if (heads_only && node.is_border()) continue;
    const auto out = static_cast<std::size_t>(node.output.id);
    for (const Var input : node.inputs) {
      const auto in = static_cast<std::size_t>(input.id);
      if (depends[in] == 0) continue;
      for (std::size_t p = 0; p < lanes[out].size(); ++p) {
        const int stream = tape.values()[out].parts[p].stream;
        const std::size_t to = part_of_stream(tape.values()[in], stream);
        if (to < lanes[in].size()) insert(lanes[in][to], lanes[out][p]);
      }
    }
  }
  return lanes;
}

}  // namespace

Index Reach::cotangent_rows(Var v) const {
  Index rows = 0;
  for (const LaneBlock& block : blocks[static_cast<std::size_t>(v.id)]) rows += block.rows;
  return rows;
}

Reach find_reach(const Tape& tape, LaneMode mode, bool heads_only) {
  Reach reach;
  reach.depends = find_dependence(tape);
  const LaneSets lanes = find_lanes(tape, mode, heads_only, reach.depends);
  reach.blocks.resize(tape.values().size());
  for (std::size_t v = 0; v < lanes.size(); ++v) {
    if (reach.depends[v] == 0) continue;
    Index row = 0;
    for (std::size_t p = 0; p < lanes[v].size(); ++p) {
      const Part& part = tape.values()[v].parts[p];
      for (const int lane : lanes[v][p]) {
        reach.blocks[v].push_back({lane, part.stream, part.first, row, part.rows});
        row += part.rows;
      }
    }
  }
  for (const Tape::Node& node : tape.nodes()) {
    reach.active.push_back(reach.blocks[static_cast<std::size_t>(node.output.id)].empty() ? 0 : 1);
  }
  return reach;
}

}  // namespace espalier
