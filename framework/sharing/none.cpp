// No sharing: a trunk for each task. The single-task baseline, all tasks in one run.
#include "sharing/every_stage.hpp"
#include "sharing/make.hpp"

namespace espalier {

std::unique_ptr<SharingStrategy> make_no_sharing() {
  return std::make_unique<EveryStage>(make_private_stage());
}

}  // namespace espalier
