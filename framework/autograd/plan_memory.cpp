#include <algorithm>

#include "autograd/plan_state.hpp"
#include "core/text.hpp"

namespace espalier {

namespace {

/// Where a value or a cotangent lives: a block and a position in it.
struct Place {
  int block = -1;
  std::size_t offset = 0;
};

/// Time runs up through the forward nodes, down through the backward ones, then the update.
struct Clock {
  int nodes;
  int forward(std::size_t n) const { return static_cast<int>(n); }
  int backward(std::size_t n) const { return 2 * nodes - 1 - static_cast<int>(n); }
  int seeds() const { return nodes; }
  int update() const { return 2 * nodes; }
  int end() const { return 2 * nodes + 1; }
};

std::size_t formed_bytes(const Op& op, Index lanes) {
  std::size_t numbers = 0;
  for (const Parameter* p : op.parameters()) numbers += static_cast<std::size_t>(p->value.size());
  return numbers * static_cast<std::size_t>(lanes) * sizeof(real);
}

class Planner {
 public:
  explicit Planner(PlanState& state)
      : s_(state), clock_{static_cast<int>(state.tape.nodes().size())} {
    count_consumers();
    find_early();
  }

  void run() {
    place_values();
    place_cotangents();
    place_saved();
    add_workspace();
    s_.arena = Arena(place(s_.blocks, s_.options.spread));
    hand_out();
  }

 private:
  const std::vector<Tape::Node>& nodes() const { return s_.tape.nodes(); }
  /// The op of node n, perhaps a plugin's, is asked something.
  void enter(std::size_t n) {
    const Tape::Node& node = nodes()[n];
    here_ = {.op = s_.tape.value(node.output).name, .scope = node.scope, .object = node.op.get()};
    sweep_.at(here_);
  }
  bool active(std::size_t n) const { return s_.tape.training() && s_.reach.active[n] != 0; }
  static std::size_t id(Var v) { return static_cast<std::size_t>(v.id); }

  std::size_t bytes_of(std::size_t v) const {
    const ValueInfo& info = s_.tape.values()[v].info;
    return static_cast<std::size_t>(info.shape.size()) *
           (info.dtype == Dtype::floating ? sizeof(real) : sizeof(std::int32_t));
  }

  int new_block(const std::string& name, BlockKind kind, std::size_t bytes, int begin) {
    s_.blocks.push_back({name, kind, bytes, begin, begin, 0});
    return static_cast<int>(s_.blocks.size()) - 1;
  }

  PlannedBlock& block(const Place& place) {
    return s_.blocks[static_cast<std::size_t>(place.block)];
  }

  void count_consumers() {
    consumers_.assign(s_.tape.values().size(), 0);
    active_consumers_ = consumers_;
    for (std::size_t n = 0; n < nodes().size(); ++n) {
      for (const Var input : nodes()[n].inputs) {
        ++consumers_[id(input)];
        if (active(n)) ++active_consumers_[id(input)];
      }
    }
  }

  // Where several lanes pass the same rows, cotangents are the largest blocks of a plan. An op
  // whose formed gradients are kept needs its own no longer than the sweep.
  void find_early() {
    early_.assign(nodes().size(), 0);
    std::vector<ValueInfo> infos;
    for (std::size_t n = 0; n < nodes().size(); ++n) {
      if (!active(n) || nodes()[n].op == nullptr) continue;
      enter(n);
      const Geometry geometry = geometry_of(s_, n, infos);
      early_[n] = geometry.formed && geometry.common_rows ? 1 : 0;
    }
  }

  // Whether the update reads what node n saw in the sweep.
  bool recipe(std::size_t n) const {
    return nodes()[n].op != nullptr && !nodes()[n].op->parameters().empty() && early_[n] == 0;
  }

  // A value's memory may be overwritten by its only reader when nobody looks at it again.
  bool sole_reader(std::size_t v) const { return consumers_[v] == 1 && !s_.tape.values()[v].kept; }

  void place_values() {
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
      const bool kept_for_backward = active(n) && node.op != nullptr && node.op->reads_output();
      if (node.op == nullptr) {
        values_[y] = values_[x];
        values_[y].offset +=
            selected_row(node) * bytes_of(x) / static_cast<std::size_t>(values[x].info.shape[0]);
      } else if (node.op->is_view()) {
        values_[y] = values_[x];
        overwritable[y] = overwritable[x] != 0 && sole_reader(y) ? 1 : 0;
      } else if (node.op->in_place() && node.inputs.size() == 1 && overwritable[x] != 0) {
        values_[y] = values_[x];
        overwritable[y] = sole_reader(y) && !kept_for_backward ? 1 : 0;
      } else {
        values_[y].block = new_block(text::cat(n, ":", values[y].name), BlockKind::value,
                                     bytes_of(y), clock_.forward(n));
        overwritable[y] = sole_reader(y) && !kept_for_backward ? 1 : 0;
      }
    }
    extend_values();
  }

  std::size_t selected_row(const Tape::Node& node) const {
    const int stream = s_.tape.value(node.output).parts[0].stream;
    for (const Part& part : s_.tape.value(node.inputs[0]).parts) {
      if (part.stream == stream) return static_cast<std::size_t>(part.first);
    }
    return 0;
  }

  void live_until(const Place& place, int time) {
    block(place).end = std::max(block(place).end, time);
  }

  void extend_values() {
    for (std::size_t n = 0; n < nodes().size(); ++n) {
      const Tape::Node& node = nodes()[n];
      const int late = recipe(n) ? clock_.update() : clock_.backward(n);
      const bool seen = is_border(node) && s_.options.features && s_.tape.training();
      live_until(values_[id(node.output)], seen ? clock_.update() : clock_.forward(n));
      for (std::size_t k = 0; k < node.inputs.size(); ++k) {
        const bool again =
            active(n) && node.op != nullptr && node.op->reads_input(static_cast<int>(k));
        live_until(values_[id(node.inputs[k])], again ? late : clock_.forward(n));
      }
      if (active(n) && node.op != nullptr && node.op->reads_output()) {
        live_until(values_[id(node.output)], late);
      }
    }
    for (std::size_t v = 0; v < values_.size(); ++v) {
      const Tape::Value& value = s_.tape.values()[v];
      // Inputs stay too: metrics read the targets after the sweep.
      if (value.kept || value.producer == -1) live_until(values_[v], clock_.end());
    }
  }

  std::size_t cotangent_bytes(std::size_t v) const {
    const auto rows = static_cast<std::size_t>(s_.reach.cotangent_rows({static_cast<int>(v)}));
    return rows * static_cast<std::size_t>(s_.tape.values()[v].info.shape.row_size()) *
           sizeof(real);
  }

  static bool same_block(const LaneBlock& a, const LaneBlock& b) {
    return a.lane == b.lane && a.stream == b.stream;
  }

  // Position of y's blocks in x's cotangent, when they follow each other there as in y's own and
  // nobody else writes there; -1 otherwise.
  Index lone_blocks(const Tape::Node& node) const {
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

  static bool is_border(const Tape::Node& node) { return node.op == nullptr && node.task >= 0; }

  // Its cotangent holds the seed, which y's would overwrite.
  bool is_loss(Var v) const {
    return std::ranges::any_of(s_.tape.losses(),
                               [&](const Tape::Loss& loss) { return loss.value.id == v.id; });
  }

  void place_cotangents() {
    cotangents_.resize(s_.tape.values().size());
    shares_.assign(nodes().size(), 0);
    for (std::size_t n = 0; n < nodes().size(); ++n) {
      if (!active(n)) continue;
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
      } else if (const Index row = node.op == nullptr && can_share ? lone_blocks(node) : -1;
                 row >= 0) {
        cotangents_[y] = cotangents_[x];
        cotangents_[y].offset += static_cast<std::size_t>(row) * cotangent_bytes(x) /
                                 static_cast<std::size_t>(s_.reach.cotangent_rows(node.inputs[0]));
        shares_[n] = 1;
      } else {
        cotangents_[y].block = new_block(text::cat("d", n, ":", s_.tape.values()[y].name),
                                         BlockKind::cotangent, cotangent_bytes(y), clock_.end());
      }
      const bool seen = (is_border(node) && s_.options.features) ||  // see Plan::borders
                        s_.tape.value(node.output).watched;
      live_until_cotangent(y, recipe(n) || seen ? clock_.update() : clock_.backward(n));
    }
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
  void live_until_cotangent(std::size_t v, int time) {
    PlannedBlock& b = block(cotangents_[v]);
    b.end = b.end == clock_.end() ? time : std::max(b.end, time);
  }

  void place_saved() {
    saved_.resize(nodes().size());
    formed_.resize(nodes().size());
    std::vector<ValueInfo> infos;
    for (std::size_t n = 0; n < nodes().size(); ++n) {
      const Op* op = nodes()[n].op.get();
      if (op == nullptr) continue;
      enter(n);
      const Geometry geometry = geometry_of(s_, n, infos);
      const Footprint footprint = op->footprint(geometry);
      if (geometry.formed) place_formed(n, geometry.lanes);
      workspace_ = std::max(workspace_, footprint.workspace);
      if (footprint.saved == 0) continue;
      saved_[n].block = new_block(text::cat(n, ":", op->name(), " saved"), BlockKind::saved,
                                  footprint.saved, clock_.forward(n));
      if (!active(n)) continue;
      live_until(saved_[n], recipe(n) ? clock_.update() : clock_.backward(n));
    }
  }

  // Written by `gram`, in the sweep or behind it, and read by the update.
  void place_formed(std::size_t n, Index lanes) {
    const Op& op = *nodes()[n].op;
    formed_[n].block =
        new_block(text::cat(n, ":", op.name(), " formed"), BlockKind::saved,
                  formed_bytes(op, lanes), early_[n] != 0 ? clock_.backward(n) : clock_.update());
    live_until(formed_[n], clock_.update());
  }

  void add_workspace() {
    const std::size_t bytes = Arena::rounded(workspace_) + formed_workspace(s_);
    workspace_block_ = new_block("workspace", BlockKind::workspace, bytes, 0);
    s_.blocks.back().end = clock_.end();
  }

  std::byte* at(const Place& place) { return s_.arena.data() + block(place).offset + place.offset; }

  void hand_out() {
    const auto& values = s_.tape.values();
    s_.values.resize(values.size());
    s_.integers.resize(values.size());
    s_.cotangents.resize(values.size());
    for (std::size_t v = 0; v < values.size(); ++v) {
      if (values_[v].block < 0) continue;  // nothing makes it
      const Shape& shape = values[v].info.shape;
      if (values[v].info.dtype == Dtype::floating) {
        s_.values[v] = {reinterpret_cast<real*>(at(values_[v])), shape};
      } else {
        s_.integers[v] = {reinterpret_cast<std::int32_t*>(at(values_[v])),
                          static_cast<std::size_t>(shape.size())};
      }
      if (cotangents_[v].block >= 0) {
        s_.cotangents[v] = {reinterpret_cast<real*>(at(cotangents_[v])),
                            shape.with_rows(s_.reach.cotangent_rows({static_cast<int>(v)}))};
      }
    }
    const Place work{workspace_block_, 0};
    s_.workspace = {at(work), block(work).bytes};
    s_.nodes.resize(nodes().size());
    for (std::size_t n = 0; n < nodes().size(); ++n) {
      const Tape::Node& node = nodes()[n];
      s_.nodes[n].runs_forward = node.op != nullptr && !node.op->is_view();
      s_.nodes[n].runs_backward = active(n) && shares_[n] == 0;
      if (shares_[n] != 0 && node.op != nullptr && !node.op->is_view()) {
        s_.nodes[n].runs_backward = true;  // in place: dx is dy's memory, but must be computed
      }
      if (formed_[n].block >= 0) {
        s_.nodes[n].formed = {at(formed_[n]), block(formed_[n]).bytes};
        s_.nodes[n].lane_weights.resize(s_.lane_count());
        s_.nodes[n].early = early_[n] != 0;
      }
      if (saved_[n].block >= 0) {
        s_.nodes[n].forward.saved = {at(saved_[n]), block(saved_[n]).bytes};
      }
    }
  }

  PlanState& s_;
  Clock clock_;
  std::vector<int> consumers_, active_consumers_;
  std::vector<char> early_;  // per node: see find_early
  std::vector<Place> values_, cotangents_, saved_, formed_;
  std::vector<char> shares_;  // per node: its output's cotangent lies in its input's
  std::size_t workspace_ = 0;
  int workspace_block_ = -1;
  where::Place here_;
  where::Sweep sweep_{"plan"};  // ends before what it points to
};

}  // namespace

void plan_memory(PlanState& state) { Planner(state).run(); }

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
    const ParameterUses& uses =
        *std::ranges::find(state.uses, parameter, &ParameterUses::parameter);
    g.formed = g.formed && uses.active.size() == 1;
  }
  return g;
}

}  // namespace espalier
