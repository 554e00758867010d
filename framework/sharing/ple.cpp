// PLE (Tang et al., RecSys 2020, "Progressive Layered Extraction (PLE): A Novel Multi-Task Learning
// (MTL) Model for Personalized Recommendations"): every stage is a level of shared and private
// experts; below the last a gate over all experts makes what the next level's shared experts read.
// Gates read the features that enter their level. (LibMTL's PLE has no shared gate: its shared
// experts run again on each task's features.) Deviation: below the last level every gate is a
// shared parameter, as the experts are, since what it weighs reaches all losses.
#include "sharing/every_stage.hpp"
#include "sharing/experts.hpp"
#include "sharing/make.hpp"

namespace espalier {

std::unique_ptr<SharingStrategy> make_ple() {
  return std::make_unique<EveryStage>(
      std::make_unique<Experts>(ExpertsOptions{.shared = 2, .own = 1}));
}

}  // namespace espalier
