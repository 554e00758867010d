#include <algorithm>

#include "autograd/plan_memory.hpp"
#include "core/text.hpp"

namespace espalier {

namespace {

bool same_block(const LaneBlock& a, const LaneBlock& b) {
  return a.lane == b.lane && a.stream == b.stream;
}

}  // namespace

std::size_t MemoryPlanner::cotangent_bytes(std::size_t v) const {
  const auto rows = static_cast<std::size_t>(cotangent_rows(s_, {static_cast<int>(v)}));
  return rows * static_cast<std::size_t>(s_.tape.values()[v].info.shape.row_size()) * sizeof(real);
}

// Position of y's blocks in x's cotangent, when they follow each other there as in y's own and
// nobody else writes there; -1 otherwise.
Index MemoryPlanner::lone_blocks(const Tape::Node& node) const {
  const auto& mine = s_.reach.blocks[id(node.output)];
  for (const Tape::Node& other : nodes()) {
    if (&other == &node) continue;
    const bool reads =
        std::ranges::any_of(other.inputs, [&](Var v) { return v.id == node.inputs[0].id; });
    if (!reads) continue;
    for (const LaneBlock& b : s_.reach.blocks[id(other.output)]) {
      for (const LaneBlock& own : mine) {
        if (same_block(b, own)) return -1;
      }
    }
  }
  Index first = -1;
  for (const LaneBlock& own : mine) {
    for (const LaneBlock& b : s_.reach.blocks[id(node.inputs[0])]) {
      if (!same_block(b, own)) continue;
      if (first < 0) first = b.row - own.row;
      if (b.row - own.row != first) return -1;
    }
  }
  return first;
}

// Its cotangent holds the seed, which y's would overwrite.
bool MemoryPlanner::is_loss(Var v) const {
  return std::ranges::any_of(s_.tape.losses(),
                             [&](const Tape::Loss& loss) { return loss.value.id == v.id; });
}

void MemoryPlanner::place_cotangents() {
  cotangents_.resize(s_.tape.values().size());
  shares_.assign(nodes().size(), 0);
  for (std::size_t n = 0; n < nodes().size(); ++n) {
    if (active(n)) place_cotangent(n);
  }
  begin_cotangents();
}

// The cotangent of node n's output: in that of its input where it can, else in a block of its own.
void MemoryPlanner::place_cotangent(std::size_t n) {
  const Tape::Node& node = nodes()[n];
  const std::size_t x = id(node.inputs[0]), y = id(node.output);
  // What is written there in place is not y's cotangent any more.
  const bool read_later =
      s_.tape.value(node.output).watched && (node.op == nullptr || !node.op->is_view());
  const bool can_share = node.inputs.size() == 1 && cotangents_[x].block >= 0 &&
                         !is_loss(node.inputs[0]) && !read_later;
  const bool elementwise = node.op != nullptr && node.op->parameters().empty() &&
                           (node.op->is_view() || node.op->in_place());
  if (can_share && elementwise && active_consumers_[x] == 1) {
    cotangents_[y] = cotangents_[x];
    shares_[n] = 1;
  } else if (const Index row = node.op == nullptr && can_share ? lone_blocks(node) : -1; row >= 0) {
    cotangents_[y] = cotangents_[x];
    cotangents_[y].offset += static_cast<std::size_t>(row) * cotangent_bytes(x) /
                             static_cast<std::size_t>(s_.reach.cotangent_rows(node.inputs[0]));
    shares_[n] = 1;
  } else {
    cotangents_[y].block = new_block(text::cat("d", n, ":", s_.tape.values()[y].name),
                                     BlockKind::cotangent, cotangent_bytes(y), clock_.end());
  }
  const bool reads_borders = s_.options.features || s_.options.tangent;
  const bool seen = (node.is_border() && reads_borders) || s_.tape.value(node.output).watched;
  live_until_cotangent(y, recipe(n) || seen ? clock_.update() : clock_.backward(n));
}

// A block's life begins with the first node of the sweep that writes there, or with the seed.
void MemoryPlanner::begin_cotangents() {
  for (std::size_t n = 0; n < nodes().size(); ++n) {
    if (!active(n)) continue;
    for (const Var input : nodes()[n].inputs) {
      if (cotangents_[id(input)].block < 0) continue;
      PlannedBlock& written = block(cotangents_[id(input)]);
      written.begin = std::min(written.begin, clock_.backward(n));
    }
  }
  for (const Tape::Loss& loss : s_.tape.losses()) {
    if (cotangents_[id(loss.value)].block < 0) continue;
    block(cotangents_[id(loss.value)]).begin = clock_.seeds();
  }
}

// A new cotangent block starts with begin = end = clock_.end(); its first life is set here.
void MemoryPlanner::live_until_cotangent(std::size_t v, int time) {
  PlannedBlock& b = block(cotangents_[v]);
  b.end = b.end == clock_.end() ? time : std::max(b.end, time);
}

}  // namespace espalier
