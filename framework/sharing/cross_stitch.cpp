// Cross-stitch networks (Misra et al., CVPR 2016): `stitch` behind every stage; behind the last one
// only where asked for, since there the heads follow (as in LibMTL, which stitches before each
// stage but the first).
#include "sharing/make.hpp"
#include "sharing/stitch.hpp"

namespace espalier {

namespace {

class CrossStitch final : public SharingStrategy {
 public:
  void fields(Fields& f) override {
    unit_.unit_fields(f);
    f.flag({"last", "a unit behind the last stage, too"}, last_);
  }

  std::vector<StageBlock> assign(std::size_t stages) const override {
    std::vector<StageBlock> blocks;
    for (std::size_t s = 0; s < stages; ++s) {
      blocks.push_back({s, 1, s + 1 == stages && !last_ ? &columns_ : &unit_});
    }
    return blocks;
  }

 private:
  Stitch unit_;
  Stitch columns_{false};
  bool last_ = false;
};

}  // namespace

std::unique_ptr<SharingStrategy> make_cross_stitch() { return std::make_unique<CrossStitch>(); }

}  // namespace espalier
