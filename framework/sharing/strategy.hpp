#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/layer.hpp"

namespace espalier {

/// A stage of the trunk: layers that are shared, or not, together.
struct Stage {
  std::string name;
  struct Use {
    std::string kind;   ///< "conv"
    std::string place;  ///< where the YAML wrote it, for messages
    std::unique_ptr<Layer> layer;
  };
  std::vector<Use> layers;
};

/// A task as the trunk sees it.
struct TaskSlot {
  int task = 0;
  std::string name;
  int stream = 0;
};

/// Records layer after layer of `stage` on x, in the scope of the stage. Shape errors name stage
/// and layer.
ESPALIER_API Var record_stage(const Net& net, const Stage& stage, Var x);

/// How tasks use the trunk. One file each, one line in `sharing_table`.
class SharingStrategy {
 public:
  virtual ~SharingStrategy() = default;
  virtual void fields(Fields& /*fields*/) {}
  /// Records the trunk on `input` (the stacked rows of all streams) and returns each task's
  /// features, in the order of `tasks`. `trunk` makes shared parameters.
  virtual std::vector<Var> record(const Net& trunk, Var input, std::span<const Stage> stages,
                                  std::span<const TaskSlot> tasks) const = 0;
};

struct SharingEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view reference;
  std::unique_ptr<SharingStrategy> (*make)();
};

ESPALIER_API std::span<const SharingEntry> sharing_table();

}  // namespace espalier
