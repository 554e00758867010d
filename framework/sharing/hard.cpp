// Hard parameter sharing (Caruana 1997, "Multitask Learning"): one trunk for all tasks, one head
// for each. Rows of all streams pass stacked; tasks that label the same stream read the same rows.
#include "sharing/make.hpp"

namespace espalier {

namespace {

class HardSharing final : public SharingStrategy {
 public:
  std::vector<Var> record(const Net& trunk, Var input, std::span<const Stage> stages,
                          std::span<const TaskSlot> tasks) const override {
    Var x = input;
    for (const Stage& stage : stages) x = record_stage(trunk, stage, x);
    std::vector<Var> features;
    for (const TaskSlot& task : tasks) {
      features.push_back(trunk.tape().select(x, task.stream, task.task));
    }
    return features;
  }
};

}  // namespace

std::unique_ptr<SharingStrategy> make_hard_sharing() { return std::make_unique<HardSharing>(); }

}  // namespace espalier
