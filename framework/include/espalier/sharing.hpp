// module: sharing
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/fields.hpp"
#include "espalier/net.hpp"

namespace espalier {

/// @addtogroup sharing
/// @{

/// Numbers of streams, ascending.
using StreamSet = std::vector<int>;

/// The union of two sets of streams.
ESPALIER_API StreamSet united(const StreamSet& a, const StreamSet& b);

/// The features on their way through the trunk: a value for each task (tasks may have the same one)
/// and, where a strategy keeps it, a shared column beside them. id -1: nobody asks for it.
struct Flows {
  std::vector<Var> tasks;  ///< by their place in the stage
  Var shared;              ///< the column beside them
};

/// Whose rows somebody asks of each flow. A task's flow may have to carry rows of other tasks'
/// streams, where columns are mixed.
struct Demand {
  std::vector<StreamSet> tasks;  ///< of each task's flow
  StreamSet shared;              ///< of the column beside them

  /// Everything that is asked of anyone.
  StreamSet all() const;
};

class TrunkRecorder;

/// A stage of the trunk as a sharing strategy records it: its layers, the tasks that take part, and
/// what is asked of its outputs.
class ESPALIER_API StageNet {
 public:
  /// Owner of parameters that several tasks use: they are the balancer's.
  static constexpr int kShared = -1;

  /// How many tasks take part.
  std::size_t tasks() const;
  /// Name of one of them, by its place in the stage.
  const std::string& task_name(std::size_t task) const;
  /// What is asked of the stage's outputs.
  const Demand& wanted() const { return *wanted_; }
  /// Whether nothing follows but heads.
  bool is_last() const { return last_; }
  /// Whether the stage reads the trunk's input.
  bool is_first() const { return first_; }
  /// How many stages are recorded as one.
  std::size_t stages() const { return stages_; }
  /// One of them alone, of which `wanted` (which must outlive it) is asked.
  StageNet stage(std::size_t stage, const Demand& wanted) const;
  /// The trunk's input over these streams, for gates.
  Var trunk_input(const StreamSet& streams) const;

  /// All layers on x, with parameters named after `column` that are shared or one task's own.
  Var layers(Var x, std::string_view column, int owner) const;
  /// Layers [first, last) alone.
  Var layers(Var x, std::string_view column, int owner, std::size_t first, std::size_t last) const;
  /// How many layers there are.
  std::size_t layer_count() const;
  /// What a layer is called in YAML: "conv".
  std::string_view layer_kind(std::size_t layer) const;
  /// The same layers on several values: equal ones once, values of different streams in one piece.
  /// xs with id -1 stay out. Returns the output of each.
  std::vector<Var> layers_each(std::span<const Var> xs, std::string_view column, int owner) const;

  /// Where parameters beside the layers are made: under the stage's name and `part`.
  Net net(std::string_view part, int owner) const;
  /// Each task's incoming value with no other rows than are asked of the tasks that have this
  /// value; id -1 for tasks of which nobody asks anything.
  std::vector<Var> asked(const Flows& in) const;
  /// The rows of these streams of x (x itself where it has no others).
  Var rows(Var x, const StreamSet& streams) const;
  /// Where ops are recorded.
  Tape& tape() const;
  /// Optimiser steps in an epoch, for schedules; 0 while evaluating.
  std::uint64_t steps_per_epoch() const;
  /// Optimiser steps in the run; 0 while evaluating.
  std::uint64_t total_steps() const;

 private:
  friend class TrunkRecorder;
  StageNet(const TrunkRecorder& trunk, std::size_t first_stage, std::size_t stages,
           std::vector<int> members, std::string label, const Demand& wanted);
  Domain domain_of(int owner) const;

  const TrunkRecorder* trunk_;
  std::size_t first_stage_, stages_;
  std::vector<int> members_;  ///< tasks of the group, by their number in the experiment
  std::string label_;         ///< of the group; "" where it is everybody
  const Demand* wanted_;
  bool first_ = false, last_ = false;
  bool mixed_later_ = false;  ///< a later stage mixes the tasks' columns
};

/// How tasks use one stage. Derive, list the options, say what rows it needs, record it. Parameters
/// made with owner kShared are the balancer's; a task's own must serve that task's loss alone.
class ESPALIER_API StageSharing {
 public:
  virtual ~StageSharing();
  /// Options of the strategy in YAML.
  virtual void fields(Fields& /*fields*/) {}
  /// Whose rows each incoming flow must carry when `out` is asked of the stage. By default a task's
  /// features depend on its own incoming ones alone.
  virtual Demand demand(const Demand& out, bool /*last*/) const { return out; }
  /// Whether a task's features depend on other tasks' incoming ones. What stands before such a
  /// stage in a task's column learns from several losses, and is the balancer's.
  virtual bool mixes() const { return false; }
  /// Records the stage on the incoming flows. Throws ShapeError.
  virtual Flows record(const StageNet& stage, const Flows& in) const = 0;
};
/// @}

}  // namespace espalier
