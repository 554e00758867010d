// Sluice networks (Ruder, Bingel, Augenstein, Sogaard, AAAI 2019, "Latent Multi-task Architecture
// Learning"): `sluice` behind every stage, and with `mixture` the paper's mixture over layers,
// whose outputs h_tl then need one shape:
//   features of task t = sum_l beta_tl h_tl
// beta_t serves the loss of task t alone and is its own, as gates are. It starts with 1 for the
// last stage and 0 for the others: from the network without mixture. Deviations: l runs over
// stages, not over layers; without `mixture`, the default, heads read the last stage alone.
#include "sharing/layer_mixture.hpp"
#include "sharing/make.hpp"

namespace espalier {

namespace {

class SluiceNetwork final : public SharingStrategy {
 public:
  void fields(Fields& f) override {
    unit_->fields(f);
    f.flag({"mixture", "heads read a trained sum of all stages, which need one shape"}, mixture_);
  }

  std::vector<StageBlock> assign(std::size_t stages) const override {
    if (mixture_) return {{0, stages, &whole_}};
    std::vector<StageBlock> blocks;
    for (std::size_t s = 0; s < stages; ++s) blocks.push_back({s, 1, unit_.get()});
    return blocks;
  }

 private:
  std::unique_ptr<StageSharing> unit_ = make_sluice_stage();
  LayerMixture whole_{*unit_};
  bool mixture_ = false;
};

}  // namespace

std::unique_ptr<SharingStrategy> make_sluice() { return std::make_unique<SluiceNetwork>(); }

}  // namespace espalier
