// CGC (Tang et al., RecSys 2020, "Progressive Layered Extraction"): experts are whole trunks,
// shared ones and each task's own; gates read the raw example.
#include "sharing/experts.hpp"
#include "sharing/gates.hpp"
#include "sharing/make.hpp"
#include "sharing/whole_trunk.hpp"

namespace espalier {

namespace {

class Cgc final : public SharingStrategy {
 public:
  void fields(Fields& f) override {
    f.integer({"shared", "experts that all tasks may use"}, options_.shared, {.at_least = 1});
    f.integer({"private", "experts of each task alone"}, options_.own, {.at_least = 0});
    list_gate(f, options_);
    experts_ = Experts(options_);
  }

  std::vector<StageBlock> assign(std::size_t stages) const override {
    return whole_trunk(stages, experts_);
  }

 private:
  ExpertsOptions options_ = {.shared = 2, .own = 1, .gate_input = "raw"};
  Experts experts_{options_};
};

}  // namespace

std::unique_ptr<SharingStrategy> make_cgc() { return std::make_unique<Cgc>(); }

}  // namespace espalier
