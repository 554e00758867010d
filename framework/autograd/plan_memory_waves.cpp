// Which nodes the lanes pass in waves, and which cotangents shrink to one wave (see waves.hpp).
#include <algorithm>
#include <limits>

#include "autograd/loss_pull.hpp"
#include "autograd/plan_memory.hpp"
#include "core/parallel.hpp"
#include "tensor/convolution_ways.hpp"
#include "tensor/even.hpp"

namespace espalier {

namespace {

// What lanes of the same rows have in common is done once for each wave, as it is for the lanes
// that a convolution takes together. With waves of three, where these are four, eight lanes take a
// seventh more time and a seventh less memory.
using convolution::kMostLanes;
constexpr Index kWaveLanes = std::min<Index>(kMostLanes, 3);

// What every wave reads again must be cheap to read: it stays in a second-level cache.
constexpr std::size_t kMostParameterBytes = std::size_t{1} << 20U;

/// How many lanes a wave has.
struct Sizes {
  // Of those with rows of their own: all, as those of one batch take no more memory than equal
  // weights do; of two batches two for each thread, and four at least. With one for each, threads
  // wait longer for the last one.
  Index alone;
  Index groups;  // of groups of lanes that share rows, several in a wave; 0: one group each
  Index most;    // of one group
  Index split;   // of a part of a larger group

  Sizes(int asked, bool two_batches)
      : alone(asked > 0     ? asked
              : two_batches ? 2 * std::max(2, parallel::threads())
                            : std::numeric_limits<Index>::max()),
        groups(asked > 0 ? asked : 0),
        most(asked > 0 ? asked : kMostLanes),
        split(asked > 0 ? asked : kWaveLanes) {}
};

bool in_order(const std::vector<LaneBlock>& blocks) {
  return std::ranges::is_sorted(blocks, {}, &LaneBlock::lane);
}

}  // namespace

void MemoryPlanner::find_waves() {
  const PlanOptions& o = s_.options;
  const bool keeps = o.lanes == LaneMode::per_task && o.gram && o.keep_formed;
  if (!s_.tape.training() || !keeps || o.features || o.tangent) return;
  std::size_t end = 0;
  while (end < nodes().size() && (!active(end) || goes_in_waves(end))) ++end;
  std::vector<char> passes = find_passing(end);
  const auto touches = [&](std::size_t n) {
    return passes[id(nodes()[n].output)] != 0 ||
           std::ranges::any_of(nodes()[n].inputs, [&](Var x) { return passes[id(x)] != 0; });
  };
  while (end > 0 && !touches(end - 1)) --end;
  if (end == 0) return;
  std::vector<Index> ends = wave_ends(end);
  if (ends.size() < 2) return;
  s_.waves = {.nodes = end, .ends = std::move(ends), .passes = std::move(passes)};
  live_in_waves();
}

// Lanes are in order at node n, and what it reads of its parameters is cheap.
bool MemoryPlanner::goes_in_waves(std::size_t n) const {
  const Tape::Node& node = nodes()[n];
  if (node.op == nullptr || node.in_head() || node.op->row_rule() != RowRule::same) return false;
  if (dynamic_cast<const LossPull*>(node.op.get()) != nullptr) return false;
  if (!in_order(s_.reach.blocks[id(node.output)])) return false;
  const bool reads =
      std::ranges::any_of(node.inputs, [&](Var x) { return cotangents_[id(x)].block >= 0; });
  return !reads || formed_bytes(*node.op, 1) <= kMostParameterBytes;
}

// Per lane: whether the one before it and it, or others on both sides, are on the same rows
// somewhere in the first `end` nodes.
std::vector<char> MemoryPlanner::find_joined(std::size_t end) const {
  std::vector<char> joined(s_.lane_count(), 0);
  for (std::size_t n = 0; n < end; ++n) {
    const auto& blocks = s_.reach.blocks[id(nodes()[n].output)];
    for (std::size_t b = 1; active(n) && b < blocks.size(); ++b) {
      if (blocks[b].value_row != blocks[b - 1].value_row) continue;
      std::fill(joined.begin() + blocks[b - 1].lane + 1, joined.begin() + blocks[b].lane + 1, 1);
    }
  }
  return joined;
}

// The lane behind each wave. Lanes that share rows are in one wave, unless they are too many.
std::vector<Index> MemoryPlanner::wave_ends(std::size_t end) const {
  const Sizes sizes(s_.options.wave_lanes, s_.options.across > 0);
  const std::vector<char> joined = find_joined(end);
  std::vector<Index> ends;
  const auto last_end = [&] { return ends.empty() ? 0 : ends.back(); };
  const auto end_wave = [&](Index lane) {
    if (lane > last_end()) ends.push_back(lane);
  };
  bool alone = true;  // every lane of the wave that others may still join has its own rows
  for (Index first = 0, last = 0; first < std::ssize(joined); first = last) {
    last = std::find(joined.begin() + first + 1, joined.end(), 0) - joined.begin();
    const Index lanes = last - first;
    const Index limit = alone && lanes == 1 ? sizes.alone : sizes.groups;
    if (last - last_end() > limit) {
      end_wave(first);
      alone = true;
    }
    alone &= lanes == 1;
    if (lanes <= sizes.most) continue;
    const Index each = even(lanes, sizes.split);
    for (Index lane = first + each; lane < last; lane += each) end_wave(lane);
    end_wave(last);
    alone = true;
  }
  end_wave(std::ssize(joined));
  return ends;
}

// Per value: whether its cotangent passes with its wave, where the first `end` nodes go in waves:
// neither the update nor anybody behind these nodes reads it, or another in the same memory.
std::vector<char> MemoryPlanner::find_passing(std::size_t end) const {
  std::vector<char> stays(s_.blocks.size(), 0);
  const auto stay = [&](Var v) {
    const int block = cotangents_[id(v)].block;
    if (block >= 0) stays[static_cast<std::size_t>(block)] = 1;
  };
  for (std::size_t n = 0; n < nodes().size(); ++n) {
    if (!active(n)) continue;
    const Var y = nodes()[n].output;
    if (n >= end || recipe(n) || is_loss(y) || s_.tape.value(y).watched) stay(y);
    if (n < end) continue;
    for (const Var x : nodes()[n].inputs) stay(x);
  }
  std::vector<char> passes(cotangents_.size(), 0);
  for (std::size_t v = 0; v < passes.size(); ++v) {
    const int block = cotangents_[v].block;
    passes[v] = block >= 0 && stays[static_cast<std::size_t>(block)] == 0 ? 1 : 0;
  }
  return passes;
}

// Of what passes one wave lives at a time; the rest is written and read in every wave.
void MemoryPlanner::live_in_waves() {
  std::vector<std::size_t> bytes(s_.blocks.size(), 0);
  for (std::size_t v = 0; v < cotangents_.size(); ++v) {
    if (s_.waves.passes[v] == 0) continue;
    std::size_t& most = bytes[static_cast<std::size_t>(cotangents_[v].block)];
    most = std::max(most, cotangent_bytes(v));
  }
  for (std::size_t b = 0; b < bytes.size(); ++b) {
    PlannedBlock& block = s_.blocks[b];
    if (bytes[b] != 0) {
      block.bytes = bytes[b];
      continue;
    }
    block.begin = std::min(block.begin, waves_begin());
    if (block.end >= waves_begin()) block.end = std::max(block.end, waves_end());
  }
}

}  // namespace espalier
