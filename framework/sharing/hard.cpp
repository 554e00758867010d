// Hard parameter sharing (Caruana 1997, "Multitask Learning"): one trunk for all tasks, one head
// for each.
#include "sharing/every_stage.hpp"
#include "sharing/make.hpp"

namespace espalier {

std::unique_ptr<SharingStrategy> make_hard_sharing() {
  return std::make_unique<EveryStage>(make_shared_stage());
}

}  // namespace espalier
