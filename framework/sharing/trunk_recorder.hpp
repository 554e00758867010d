#pragma once

#include <cstdint>
#include <deque>

#include "sharing/strategy.hpp"

namespace espalier {

/// A task of one batch as the trunk sees it.
struct TaskSlot {
  int task = 0;    ///< number of the loss: position in the experiment + batch * tasks
  int column = 0;  ///< position in the experiment
  int stream = 0;
};

struct TrunkOptions {
  std::uint64_t steps_per_epoch = 0;  ///< 0: no schedule runs (evaluation)
  std::uint64_t total_steps = 0;
};

/// Records a trunk on `input` (the stacked rows of all streams): asks from the heads down which
/// rows each stage must work on, then records stage after stage. `trunk` makes shared parameters.
class ESPALIER_API TrunkRecorder {
 public:
  TrunkRecorder(const Net& trunk, Var input, std::span<const Stage> stages,
                std::span<const std::string> tasks, const TrunkOptions& options = {});

  /// The features of each slot, in their order. Throws ConfigError (groups that name no task),
  /// ShapeError.
  std::vector<Var> record(std::span<const StageBlock> blocks, std::span<const TaskSlot> slots);
  /// The same in two halves: the trunk, then the features of one slot after the other. What a head
  /// sends back to features recorded just before it is passed on before the next head's.
  std::vector<Var> record_trunk(std::span<const StageBlock> blocks,
                                std::span<const TaskSlot> slots);
  Var features_of(const TaskSlot& slot, const std::vector<Var>& trunk) const;

 private:
  friend class StageNet;
  struct Group {
    std::vector<int> members;
    std::string label;
  };

  // Each task with the shared flow of its group.
  struct Asked {
    std::vector<StreamSet> tasks, shared;
  };
  struct Made {
    std::vector<Var> tasks, shared;
  };

  std::vector<Group> groups_of(const StageBlock& block) const;
  static Demand part_of(const Asked& all, const Group& group);
  Made record_block(std::span<const StageBlock> blocks, std::size_t b, const Asked& wanted,
                    const Made& in);
  Asked demand_of(std::span<const StageBlock> blocks, std::size_t b, const Asked& out) const;
  /// Of each task, whether a block behind `b` mixes its column with another task's.
  std::vector<char> mixed_behind(std::span<const StageBlock> blocks, std::size_t b) const;
  /// Whether the tasks of `group` come out of the block before `b` with one shared flow.
  bool came_together(std::span<const StageBlock> blocks, std::size_t b, const Group& group) const;
  struct Range {  ///< layers [first, last) of some stages
    std::size_t stage, stages, first, last;
  };
  Var run_layers(const Net& trunk, Var x, std::string_view column, const Range& range) const;
  Var rows(Var x, const StreamSet& streams) const;
  /// The trunk's net for one of several uses of a layer: streams that another use carries too get
  /// `label` added to their name.
  Net renamed(const StreamSet& again, const std::string& label) const;

  Net trunk_;
  Var input_;
  std::span<const Stage> stages_;
  std::span<const std::string> tasks_;
  TrunkOptions options_;
  std::vector<char> mixed_;  // `mixed_behind` the block that is being recorded
  std::unique_ptr<std::deque<std::vector<std::string>>> stream_names_;  // nets refer to them
};

/// StreamSet whose rows `x` carries.
StreamSet streams_of(const Tape& tape, Var x);

}  // namespace espalier
