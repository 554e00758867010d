#pragma once

#include <string>
#include <vector>

#include "autograd/plan_state.hpp"

namespace espalier {

/// Gives every value, cotangent and saved block of a plan its life, and its place once all blocks
/// have offsets; each kind of block has a file. Serves one plan, once.
class MemoryPlanner {
 public:
  /// `next`: the plan whose turn is next (see Turns); null: none.
  MemoryPlanner(PlanState& state, const PlanState* next);

  /// Makes the blocks.
  void run();
  /// Fills `values`, `integers`, `cotangents`, `workspace`, ... of the plan. REQUIRES offsets.
  void hand_out(std::byte* arena);

  PlanState& plan() const { return s_; }
  /// Blocks live between 0 and it.
  int duration() const { return clock_.end() + 1; }

 private:
  /// Where a value or a cotangent lives: a block and a position in it.
  struct Place {
    int block = -1;
    std::size_t offset = 0;
  };

  /// Time runs up through the forward nodes, down through the backward ones, with
  /// PlanOptions::tangent up once more, then the update.
  struct Clock {
    /// Of the plan whose turn was before: see Plan::move_along.
    static constexpr int kUpdateBefore = -2;

    int nodes;
    bool up_again;
    int forward(std::size_t n) const { return static_cast<int>(n); }
    int backward(std::size_t n) const { return 2 * nodes - 1 - static_cast<int>(n); }
    int seeds() const { return nodes; }
    int tangent(std::size_t n) const { return 2 * nodes + static_cast<int>(n); }
    int update() const { return up_again ? 3 * nodes : 2 * nodes; }
    int end() const { return update() + 1; }
  };

  const std::vector<Tape::Node>& nodes() const { return s_.tape.nodes(); }
  bool active(std::size_t n) const { return s_.tape.training() && s_.reach.active[n] != 0; }
  /// Whether a tangent passes node n.
  bool moving(std::size_t n) const { return s_.options.tangent && s_.motion.nodes[n] != 0; }
  /// When what node n saw in the forward sweep is read for the last time; REQUIRES: active, moving.
  int last_look(std::size_t n) const;
  /// Whether the update reads what node n saw in the sweep.
  bool recipe(std::size_t n) const;
  /// The op of node n, perhaps a plugin's, is asked something.
  void enter(std::size_t n);
  void count_consumers();
  void find_forming();

  int new_block(const std::string& name, BlockKind kind, std::size_t bytes, int begin);
  PlannedBlock& block(const Place& place) {
    return s_.blocks[static_cast<std::size_t>(place.block)];
  }
  void live_until(const Place& place, int time);

  // plan_memory_values.cpp
  void place_values();
  void extend_values();
  int made_at(std::size_t n) const;
  std::size_t bytes_of(std::size_t v) const;
  bool sole_reader(std::size_t v) const;
  /// The rows that a select or `rows` looks at, in the place of what it looks into.
  Place selected(const Tape::Node& node, Place of) const;

  // plan_memory_cotangents.cpp
  void place_cotangents();
  void begin_cotangents();
  void place_cotangent(std::size_t n);
  std::size_t cotangent_bytes(std::size_t v) const;
  Index lone_blocks(const Tape::Node& node) const;
  bool is_loss(Var v) const;
  void live_until_cotangent(std::size_t v, int time);

  // plan_memory_waves.cpp
  /// REQUIRES place_cotangents.
  void find_waves();
  bool goes_in_waves(std::size_t n) const;
  std::vector<char> find_joined(std::size_t end) const;
  std::vector<Index> wave_ends(std::size_t end) const;
  std::vector<char> find_passing(std::size_t end) const;
  void live_in_waves();
  /// When the sweep is at node n for the first and for the last time.
  int sweep_begins(std::size_t n) const { return in_waves(n) ? waves_begin() : clock_.backward(n); }
  int sweep_ends(std::size_t n) const { return in_waves(n) ? waves_end() : clock_.backward(n); }
  bool in_waves(std::size_t n) const { return n < s_.waves.nodes; }
  int waves_begin() const { return clock_.backward(s_.waves.nodes - 1); }
  int waves_end() const { return clock_.backward(0); }

  // plan_memory_tangents.cpp
  void place_tangents();
  void place_tangent(std::size_t n);
  void place_zeros();
  void place_parameter_tangents();
  void count_moving_readers();
  void hand_out_tangents();
  /// What the next turn's tangents read.
  void hold_unformed();

  // plan_memory_saved.cpp
  void place_saved();
  void place_formed(std::size_t n, Index lanes);
  void add_workspace();

  // plan_memory_addresses.cpp
  void hand_out_values();
  void hand_out_nodes();
  std::byte* at(const Place& place) { return arena_ + block(place).offset + place.offset; }

  PlanState& s_;
  const PlanState* next_;
  std::byte* arena_ = nullptr;
  Clock clock_;
  std::vector<int> consumers_, active_consumers_;
  std::vector<char> forms_;  // per node: see find_forming
  std::vector<Place> values_, cotangents_, saved_, formed_, tangents_, parameter_tangents_;
  Place zeros_;
  std::vector<int> readers_;  // per value: nodes that a tangent reaches through it
  std::vector<char> alone_;   // per value: its tangent may be overwritten by its only reader
  std::vector<char> shares_;  // per node: its output's cotangent lies in its input's
  std::size_t workspace_ = 0;
  int workspace_block_ = -1;
  where::Place here_;
  where::Sweep* sweep_ = nullptr;  // of `run`
};

}  // namespace espalier
