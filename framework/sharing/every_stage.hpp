#pragma once

#include <memory>

#include "sharing/strategy.hpp"

namespace espalier {

/// A strategy that shares every stage in one way.
class EveryStage : public SharingStrategy {
 public:
  explicit EveryStage(std::unique_ptr<StageSharing> sharing) : sharing_(std::move(sharing)) {}
  void fields(Fields& f) override { sharing_->fields(f); }
  std::vector<StageBlock> assign(std::size_t stages) const override {
    std::vector<StageBlock> blocks;
    for (std::size_t s = 0; s < stages; ++s) blocks.push_back({s, 1, sharing_.get()});
    return blocks;
  }

 protected:
  StageSharing& sharing() const { return *sharing_; }

 private:
  std::unique_ptr<StageSharing> sharing_;
};

}  // namespace espalier
