// A stage that its tasks share (Caruana 1997, "Multitask Learning"): one set of layers. Tasks that
// come with the same features go through together; features that already differ go through the same
// layers one after the other, stacked where they carry rows of different streams.
#include "sharing/make.hpp"

namespace espalier {

namespace {

class Shared final : public StageSharing {
 public:
  Flows record(const StageNet& stage, const Flows& in) const override {
    return {stage.layers_each(stage.asked(in), "", StageNet::kShared), {}};
  }
};

}  // namespace

std::unique_ptr<StageSharing> make_shared_stage() { return std::make_unique<Shared>(); }

}  // namespace espalier
