// A stage of which each task has a copy of its own, on the rows that are asked of it alone.
#include "sharing/make.hpp"

namespace espalier {

namespace {

class Private final : public StageSharing {
 public:
  Flows record(const StageNet& stage, const Flows& in) const override {
    Flows out;
    for (std::size_t t = 0; t < stage.tasks(); ++t) {
      const StreamSet& rows = stage.wanted().tasks[t];
      out.tasks.push_back(rows.empty() ? Var{}
                                       : stage.layers(stage.rows(in.tasks[t], rows),
                                                      stage.task_name(t), static_cast<int>(t)));
    }
    return out;
  }
};

}  // namespace

std::unique_ptr<StageSharing> make_private_stage() { return std::make_unique<Private>(); }

}  // namespace espalier
