#include "sharing/trunk_recorder.hpp"

#include <algorithm>
#include <numeric>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

StageSharing::~StageSharing() = default;
SharingStrategy::~SharingStrategy() = default;

StreamSet united(const StreamSet& a, const StreamSet& b) {
  StreamSet all;
  std::ranges::set_union(a, b, std::back_inserter(all));
  return all;
}

StreamSet Demand::all() const {
  StreamSet every = shared;
  for (const StreamSet& own : tasks) every = united(every, own);
  return every;
}

StreamSet streams_of(const Tape& tape, Var x) {
  StreamSet streams;
  for (const Part& part : tape.value(x).parts) streams.push_back(part.stream);
  std::ranges::sort(streams);
  return streams;
}

TrunkRecorder::TrunkRecorder(const Net& trunk, Var input, std::span<const Stage> stages,
                             std::span<const std::string> tasks, const TrunkOptions& options)
    : trunk_(trunk),
      input_(input),
      stages_(stages),
      tasks_(tasks),
      options_(options),
      stream_names_(std::make_unique<std::deque<std::vector<std::string>>>()) {}

std::vector<TrunkRecorder::Group> TrunkRecorder::groups_of(const StageBlock& block) const {
  std::vector<Group> groups;
  std::vector<char> seen(tasks_.size(), 0);
  const std::string place =
      text::cat("[sharing] stage '", stages_[block.first].name, "': expected ");
  for (const auto& names : block.groups != nullptr ? *block.groups : Groups()) {
    Group group{{}, text::join(names, "+")};
    for (const std::string& name : names) {
      const auto at = std::ranges::find(tasks_, name);
      if (at == tasks_.end()) continue;  // a task that this run leaves out
      const auto t = static_cast<std::size_t>(at - tasks_.begin());
      if (seen[t] != 0) {
        throw ConfigError(text::cat(place, "each task in one group, found '", name, "' again"));
      }
      seen[t] = 1;
      group.members.push_back(static_cast<int>(t));
    }
    if (!group.members.empty()) groups.push_back(std::move(group));
  }
  if (groups.empty()) {
    groups.push_back({std::vector<int>(tasks_.size()), ""});
    std::iota(groups[0].members.begin(), groups[0].members.end(), 0);
    return groups;
  }
  for (std::size_t t = 0; t < seen.size(); ++t) {
    if (seen[t] != 0) continue;
    throw ConfigError(text::cat(place, "every task in a group, found '", tasks_[t], "' in none"));
  }
  return groups;
}

Demand TrunkRecorder::part_of(const Asked& all, const Group& group) {
  Demand part;
  for (const int t : group.members) {
    part.tasks.push_back(all.tasks[static_cast<std::size_t>(t)]);
    part.shared = united(part.shared, all.shared[static_cast<std::size_t>(t)]);
  }
  return part;
}

// Groups that come out of different ones get no shared flow, so that nobody is asked to make one.
TrunkRecorder::Asked TrunkRecorder::demand_of(std::span<const StageBlock> blocks, std::size_t b,
                                              const Asked& out) const {
  const StageBlock& block = blocks[b];
  const bool last = b + 1 == blocks.size();
  Asked in{std::vector<StreamSet>(tasks_.size()), std::vector<StreamSet>(tasks_.size())};
  for (const Group& group : groups_of(block)) {
    Demand own = block.sharing->demand(part_of(out, group), last);
    if (!came_together(blocks, b, group)) own.shared.clear();
    for (std::size_t k = 0; k < group.members.size(); ++k) {
      const auto t = static_cast<std::size_t>(group.members[k]);
      in.tasks[t] = own.tasks[k];
      in.shared[t] = own.shared;
    }
  }
  return in;
}

// By the groups and not by the flows at hand: an evaluation, which leaves some out, must see what
// training saw.
bool TrunkRecorder::came_together(std::span<const StageBlock> blocks, std::size_t b,
                                  const Group& group) const {
  if (b == 0) return true;
  const std::vector<Group> before = groups_of(blocks[b - 1]);
  return std::ranges::any_of(before, [&](const Group& g) {
    return std::ranges::all_of(
        group.members, [&](int t) { return std::ranges::find(g.members, t) != g.members.end(); });
  });
}

std::vector<char> TrunkRecorder::mixed_behind(std::span<const StageBlock> blocks,
                                              std::size_t b) const {
  std::vector<char> mixed(tasks_.size(), 0);
  for (const StageBlock& later : blocks.subspan(b + 1)) {
    if (!later.sharing->mixes()) continue;
    for (const Group& group : groups_of(later)) {
      if (group.members.size() < 2) continue;
      for (const int t : group.members) mixed[static_cast<std::size_t>(t)] = 1;
    }
  }
  return mixed;
}

TrunkRecorder::Made TrunkRecorder::record_block(std::span<const StageBlock> blocks, std::size_t b,
                                                const Asked& wanted, const Made& in) {
  const StageBlock& block = blocks[b];
  mixed_ = mixed_behind(blocks, b);
  Made out{std::vector<Var>(tasks_.size()), std::vector<Var>(tasks_.size())};
  for (const Group& group : groups_of(block)) {
    const Demand own = part_of(wanted, group);
    if (own.all().empty()) continue;  // evaluation of a stream that only others read
    Flows mine;
    const bool together = came_together(blocks, b, group);
    for (const int t : group.members) {
      mine.tasks.push_back(in.tasks[static_cast<std::size_t>(t)]);
      if (together && mine.shared.id < 0) mine.shared = in.shared[static_cast<std::size_t>(t)];
    }
    StageNet stage(*this, block.first, block.count, group.members, group.label, own);
    stage.first_ = block.first == 0;
    stage.last_ = b + 1 == blocks.size();
    stage.mixed_later_ = std::ranges::any_of(
        group.members, [this](int t) { return mixed_[static_cast<std::size_t>(t)] != 0; });
    const Flows made = block.sharing->record(stage, mine);
    for (std::size_t k = 0; k < group.members.size(); ++k) {
      const auto t = static_cast<std::size_t>(group.members[k]);
      out.tasks[t] = made.tasks[k];
      out.shared[t] = made.shared;
    }
  }
  return out;
}

std::vector<Var> TrunkRecorder::record(std::span<const StageBlock> blocks,
                                       std::span<const TaskSlot> slots) {
  const std::vector<Var> trunk = record_trunk(blocks, slots);
  std::vector<Var> features;
  for (const TaskSlot& slot : slots) features.push_back(features_of(slot, trunk));
  return features;
}

Var TrunkRecorder::features_of(const TaskSlot& slot, const std::vector<Var>& trunk) const {
  Tape& tape = trunk_.tape();
  tape.enter(-1, trunk_.full_name("features"));
  return tape.select(trunk[static_cast<std::size_t>(slot.column)], slot.stream, slot.task);
}

std::vector<Var> TrunkRecorder::record_trunk(std::span<const StageBlock> blocks,
                                             std::span<const TaskSlot> slots) {
  std::vector<Asked> wanted(blocks.size() + 1);
  wanted.back() = {std::vector<StreamSet>(tasks_.size()), std::vector<StreamSet>(tasks_.size())};
  for (const TaskSlot& slot : slots) {
    StreamSet& own = wanted.back().tasks[static_cast<std::size_t>(slot.column)];
    own = united(own, {slot.stream});
  }
  for (std::size_t b = blocks.size(); b-- > 0;) {
    wanted[b] = demand_of(blocks, b, wanted[b + 1]);
  }
  Made flows{std::vector<Var>(tasks_.size(), input_), std::vector<Var>(tasks_.size(), input_)};
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    flows = record_block(blocks, b, wanted[b + 1], flows);
  }
  return flows.tasks;
}

Var TrunkRecorder::run_layers(const Net& trunk, Var x, std::string_view column,
                              const Range& range) const {
  std::size_t n = 0;
  Tape& tape = trunk.tape();
  for (std::size_t s = range.stage; s < range.stage + range.stages; ++s) {
    const Stage& stage = stages_[s];
    const std::string scope = column.empty() ? stage.name : text::cat(stage.name, "/", column);
    const Net own = trunk.scope(scope);
    tape.enter(-1, trunk.full_name(scope));
    for (std::size_t i = 0; i < stage.layers.size(); ++i, ++n) {
      if (n < range.first || n >= range.last) continue;
      const Stage::Use& use = stage.layers[i];
      try {
        x = use.layer->record(own.scope(text::cat(i)), x);
      } catch (const ShapeError& error) {
        const std::string place = use.place.empty() ? "" : use.place + ": ";
        throw ShapeError(text::cat(place, "stage '", stage.name, "', layer ", i, " (", use.kind,
                                   ") after features ", to_string(tape.shape(x)), ": ",
                                   error.what()));
      }
    }
  }
  return x;
}

Net TrunkRecorder::renamed(const StreamSet& again, const std::string& label) const {
  const auto names = trunk_.streams();
  auto& own = stream_names_->emplace_back(names.begin(), names.end());
  for (const int stream : again) {
    own[static_cast<std::size_t>(stream)] += "/" + label;
  }
  return trunk_.with_streams(own);
}

Var TrunkRecorder::rows(Var x, const StreamSet& streams) const {
  Tape& tape = trunk_.tape();
  if (streams_of(tape, x) == streams) return x;
  const std::vector<Part> parts = tape.value(x).parts;
  std::vector<Var> pieces;
  for (std::size_t p = 0; p < parts.size();) {
    StreamSet run;
    for (; p < parts.size() && std::ranges::binary_search(streams, parts[p].stream); ++p) {
      run.push_back(parts[p].stream);
    }
    if (!run.empty()) pieces.push_back(tape.rows(x, run));
    while (p < parts.size() && !std::ranges::binary_search(streams, parts[p].stream)) ++p;
  }
  if (pieces.empty()) throw ShapeError("[sharing] expected rows of some stream, found none");
  if (pieces.size() > 1 && tape.value(x).info.dtype == Dtype::integer) {
    throw ShapeError(
        "[sharing] expected data sets of a group that follow each other in the "
        "experiment where the trunk reads integers, found others between them; nearest: "
        "list the data sets of each group together");
  }
  return pieces.size() == 1 ? pieces[0] : stack(tape, pieces);
}

}  // namespace espalier
