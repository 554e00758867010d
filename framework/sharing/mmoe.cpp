// MMoE (Ma et al., KDD 2018, "Modeling Task Relationships in Multi-task Learning with Multi-gate
// Mixture-of-Experts"): each expert is a whole trunk; each task has a softmax gate on the raw
// example.
#include "sharing/experts.hpp"
#include "sharing/gates.hpp"
#include "sharing/make.hpp"
#include "sharing/whole_trunk.hpp"

namespace espalier {

namespace {

class Mmoe final : public SharingStrategy {
 public:
  void fields(Fields& f) override {
    f.integer({"experts", "trunks that all tasks share"}, options_.shared, {.at_least = 1});
    list_gate(f, options_);
    experts_ = Experts(options_);
  }

  std::vector<StageBlock> assign(std::size_t stages) const override {
    return whole_trunk(stages, experts_);
  }

 private:
  ExpertsOptions options_ = {.gate_input = "raw"};
  Experts experts_{options_};
};

}  // namespace

std::unique_ptr<SharingStrategy> make_mmoe() { return std::make_unique<Mmoe>(); }

}  // namespace espalier
