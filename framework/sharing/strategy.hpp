#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/sharing.hpp"
#include "nn/layer.hpp"

namespace espalier {

/// Names of tasks that share with each other, group by group; none: all together.
using Groups = std::vector<std::vector<std::string>>;

/// A stage of the trunk: layers that are shared, or not, together.
struct Stage {
  std::string name;
  struct Use {
    std::string kind;   ///< "conv"
    std::string place;  ///< where the YAML wrote it, for messages
    std::unique_ptr<Layer> layer;
  };
  std::vector<Use> layers;
  std::string sharing;        ///< chosen for this stage alone; "": as the strategy has it
  std::string sharing_place;  ///< where the YAML wrote it, for messages
  std::unique_ptr<StageSharing> own_sharing;
  Groups groups;
};

/// What `espalier info` prints beside the options.
struct SharingInfo {
  std::string_view summary;  ///< a line
  std::string_view detail;   ///< what runs, in equations where there are some, several lines
  std::string_view paper;
  std::string_view shared;  ///< which parameters are the balancer's
};

/// Consecutive stages that one object records as if they were one.
struct StageBlock {
  std::size_t first = 0;
  std::size_t count = 1;
  const StageSharing* sharing = nullptr;
  const Groups* groups = nullptr;
};

/// How tasks use a whole trunk: an assignment over its stages. One file each, one line in
/// `sharing_table`.
class ESPALIER_API SharingStrategy {
 public:
  virtual ~SharingStrategy();
  virtual void fields(Fields& /*fields*/) {}
  /// The blocks that cover `stages` stages, in order. The objects live as long as the strategy.
  virtual std::vector<StageBlock> assign(std::size_t stages) const = 0;
};

struct SharingEntry {
  std::string_view name;
  SharingInfo info;
  std::unique_ptr<SharingStrategy> (*make)();
};

/// Strategies for a whole trunk (`sharing:`).
ESPALIER_API std::span<const SharingEntry> sharing_table();

struct StageSharingEntry {
  std::string_view name;
  SharingInfo info;
  std::unique_ptr<StageSharing> (*make)();
};

/// Ways to share one stage (`trunk.stages.N.sharing`).
ESPALIER_API std::span<const StageSharingEntry> stage_sharing_table();

}  // namespace espalier
