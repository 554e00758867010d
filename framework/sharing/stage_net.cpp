#include <algorithm>

#include "core/text.hpp"
#include "sharing/trunk_recorder.hpp"

namespace espalier {

StageNet::StageNet(const TrunkRecorder& trunk, std::size_t first_stage, std::size_t stages,
                   std::vector<int> members, std::string label, const Demand& wanted)
    : trunk_(&trunk),
      first_stage_(first_stage),
      stages_(stages),
      members_(std::move(members)),
      label_(std::move(label)),
      wanted_(&wanted) {}

std::size_t StageNet::tasks() const { return members_.size(); }

const std::string& StageNet::task_name(std::size_t task) const {
  return trunk_->tasks_[static_cast<std::size_t>(members_[task])];
}

StageNet StageNet::stage(std::size_t stage, const Demand& wanted) const {
  StageNet one = *this;
  one.first_stage_ += stage;
  one.stages_ = 1;
  one.wanted_ = &wanted;
  one.first_ = first_ && stage == 0;
  one.last_ = last_ && stage + 1 == stages_;
  return one;
}

Var StageNet::trunk_input(const StreamSet& streams) const { return rows(trunk_->input_, streams); }

Tape& StageNet::tape() const { return trunk_->trunk_.tape(); }
std::uint64_t StageNet::steps_per_epoch() const { return trunk_->options_.steps_per_epoch; }
std::uint64_t StageNet::total_steps() const { return trunk_->options_.total_steps; }

Var StageNet::rows(Var x, const StreamSet& streams) const { return trunk_->rows(x, streams); }

namespace {

// "letters+digits" for what a group shares, "letters+digits/expert0" for a part of it.
std::string column_name(const std::string& label, std::string_view column) {
  if (label.empty() || column.empty()) return label.empty() ? std::string(column) : label;
  return text::cat(label, "/", column);
}

}  // namespace

Domain StageNet::domain_of(int owner) const {
  // What a group of one shares with itself is that task's own.
  const bool alone = !label_.empty() && members_.size() == 1;
  if (owner == kShared && !alone) return Domain::shared;
  // A task's own column is the balancer's only if a later stage mixes that very column with others.
  const auto place = static_cast<std::size_t>(owner);
  const bool of_one = owner >= 0 && place < members_.size();
  const bool mixed =
      of_one ? trunk_->mixed_[static_cast<std::size_t>(members_[place])] != 0 : mixed_later_;
  return mixed ? Domain::shared : Domain::task;
}

Net StageNet::net(std::string_view part, int owner) const {
  const Net trunk = trunk_->trunk_.in(domain_of(owner));
  const std::string column = column_name(label_, part);
  const std::string& stage = trunk_->stages_[first_stage_ + stages_ - 1].name;
  const std::string scope = column.empty() ? stage : text::cat(stage, "/", column);
  trunk.tape().enter(-1, trunk.full_name(scope));
  return trunk.scope(scope);
}

Var StageNet::layers(Var x, std::string_view column, int owner) const {
  return layers(x, column, owner, 0, layer_count());
}

Var StageNet::layers(Var x, std::string_view column, int owner, std::size_t first,
                     std::size_t last) const {
  return trunk_->run_layers(trunk_->trunk_.in(domain_of(owner)), x, column_name(label_, column),
                            {first_stage_, stages_, first, last});
}

std::size_t StageNet::layer_count() const {
  std::size_t count = 0;
  for (std::size_t s = 0; s < stages_; ++s) {
    count += trunk_->stages_[first_stage_ + s].layers.size();
  }
  return count;
}

std::string_view StageNet::layer_kind(std::size_t layer) const {
  std::size_t s = first_stage_;
  while (layer >= trunk_->stages_[s].layers.size()) layer -= trunk_->stages_[s++].layers.size();
  return trunk_->stages_[s].layers[layer].kind;
}

std::vector<Var> StageNet::asked(const Flows& in) const {
  std::vector<Var> values(tasks());
  for (std::size_t t = 0; t < values.size(); ++t) {
    if (wanted_->tasks[t].empty() || values[t].id >= 0) continue;
    StreamSet streams;
    for (std::size_t u = t; u < values.size(); ++u) {
      if (in.tasks[u].id == in.tasks[t].id) streams = united(streams, wanted_->tasks[u]);
    }
    const Var x = rows(in.tasks[t], streams);
    for (std::size_t u = t; u < values.size(); ++u) {
      if (in.tasks[u].id == in.tasks[t].id && !wanted_->tasks[u].empty()) values[u] = x;
    }
  }
  return values;
}

namespace {

/// Values that one use of the layers works on together.
struct Together {
  std::vector<Var> values;
  StreamSet streams;
};

bool disjoint(const StreamSet& a, const StreamSet& b) {
  return std::ranges::none_of(a, [&](int s) { return std::ranges::binary_search(b, s); });
}

// Values of different streams go together; one whose stream is there already goes elsewhere.
std::vector<Together> together(const Tape& tape, std::span<const Var> xs) {
  std::vector<Together> all;
  std::vector<int> seen;
  for (const Var x : xs) {
    if (x.id < 0 || std::ranges::find(seen, x.id) != seen.end()) continue;
    seen.push_back(x.id);
    const StreamSet own = streams_of(tape, x);
    auto place =
        std::ranges::find_if(all, [&](const Together& t) { return disjoint(t.streams, own); });
    if (place == all.end()) place = all.insert(all.end(), Together{});
    place->values.push_back(x);
    place->streams = united(place->streams, own);
  }
  return all;
}

}  // namespace

std::vector<Var> StageNet::layers_each(std::span<const Var> xs, std::string_view column,
                                       int owner) const {
  Tape& tape = trunk_->trunk_.tape();
  const std::vector<Together> uses = together(tape, xs);
  std::vector<Var> outputs(xs.size());
  for (const Together& use : uses) {
    StreamSet again;  // carried by another use too: there the layers must keep numbers apart
    for (const Together& other : uses) {
      if (&other == &use) continue;
      for (const int s : use.streams) {
        if (std::ranges::binary_search(other.streams, s)) again = united(again, {s});
      }
    }
    std::vector<std::string> names;
    for (std::size_t k = 0; k < xs.size(); ++k) {
      const bool here = std::ranges::find(use.values, xs[k].id, &Var::id) != use.values.end();
      if (here && !disjoint(streams_of(tape, xs[k]), again)) names.push_back(task_name(k));
    }
    const Net trunk =
        again.empty() ? trunk_->trunk_ : trunk_->renamed(again, text::join(names, "+"));
    net(column, owner);  // the stack is a part of the stage
    const Var x = use.values.size() == 1 ? use.values[0] : stack(tape, use.values);
    const Var y = trunk_->run_layers(trunk.in(domain_of(owner)), x, column_name(label_, column),
                                     {first_stage_, stages_, 0, layer_count()});
    for (std::size_t k = 0; k < xs.size(); ++k) {
      const bool here = std::ranges::find(use.values, xs[k].id, &Var::id) != use.values.end();
      if (here) outputs[k] = rows(y, streams_of(tape, xs[k]));
    }
  }
  return outputs;
}

}  // namespace espalier
