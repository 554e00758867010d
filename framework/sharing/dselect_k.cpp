// DSelect-k (Hazimeh et al., NeurIPS 2021, "DSelect-k: Differentiable Selection in the Mixture of
// Experts with Applications to Multi-Task Learning"): MMoE whose gates select k of the experts,
// continuously differentiable (see gates.hpp).
#include "core/text.hpp"
#include "sharing/experts.hpp"
#include "sharing/make.hpp"
#include "sharing/whole_trunk.hpp"

namespace espalier {

namespace {

class DselectK final : public SharingStrategy {
 public:
  void fields(Fields& f) override {
    f.integer({"experts", "trunks that all tasks share; a power of two"}, options_.shared,
              {.at_least = 1});
    f.integer({"k", "selectors of each gate"}, options_.k, {.at_least = 1});
    f.number({"gamma", "width of the smooth step"}, options_.gamma, {.at_least = 0, .above = true});
    f.number({"entropy", "factor of the selectors' entropy, which joins the task's loss"},
             options_.entropy, {.at_least = 0});
    if (options_.shared < 2) {
      f.refuse("experts", text::cat("expected two experts or more to select from, found ",
                                    options_.shared, "; nearest: sharing: hard"));
    }
    experts_ = Experts(options_);
  }

  std::vector<StageBlock> assign(std::size_t stages) const override {
    return whole_trunk(stages, experts_);
  }

 private:
  ExpertsOptions options_ = {.gate = "dselect", .gate_input = "raw"};
  Experts experts_{options_};
};

}  // namespace

std::unique_ptr<SharingStrategy> make_dselect_k() { return std::make_unique<DselectK>(); }

}  // namespace espalier
