#pragma once

#include "espalier/sharing.hpp"

namespace espalier {

/// All stages in one piece, each recorded by `unit`; behind them a trained sum of their outputs for
/// each task (see sluice_network.cpp).
class LayerMixture final : public StageSharing {
 public:
  explicit LayerMixture(const StageSharing& unit) : unit_(&unit) {}
  Demand demand(const Demand& out, bool last) const override;
  bool mixes() const override { return true; }
  Flows record(const StageNet& stage, const Flows& in) const override;

 private:
  const StageSharing* unit_;
};

}  // namespace espalier
