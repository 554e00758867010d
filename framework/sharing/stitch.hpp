#pragma once

#include "sharing/columns.hpp"

namespace espalier {

/// Cross-stitch units (see stitch.cpp).
class Stitch final : public StageSharing {
 public:
  /// Without a unit: columns alone, which are still the balancer's.
  explicit Stitch(bool unit = true) : unit_(unit) {}
  void fields(Fields& fields) override;
  /// The options of the unit alone.
  void unit_fields(Fields& fields);
  Demand demand(const Demand& out, bool last) const override;
  bool mixes() const override { return unit_; }
  Flows record(const StageNet& stage, const Flows& in) const override;

 private:
  std::vector<double> start(std::size_t task, std::size_t tasks, Index width) const;

  bool unit_;
  std::string per_ = "channel";
  double same_ = 0.9;
  double other_ = 0.1;
};

}  // namespace espalier
