#pragma once

#include "espalier/op.hpp"

namespace espalier {

/// An op whose backward adds the gradient of a term that joins every loss its output serves, with
/// the weight of that loss. A cotangent alone does not tell what its loss weighs: the plan writes
/// it, before each backward, to `weights`.
class LossPull : public Op {
 public:
  Footprint footprint(const Geometry& g) const override {
    return {.saved = static_cast<std::size_t>(g.cotangent_rows) * sizeof(real), .workspace = 0};
  }
  /// For each row of dy: the sum over the losses that it carries of
  /// weight of the loss / rows of its stream.
  static real* weights(const BackwardContext& c) { return reinterpret_cast<real*>(c.saved.data()); }
};

}  // namespace espalier
