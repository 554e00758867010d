#pragma once

#include "espalier/api.hpp"

namespace espalier {

/// Rows x (N, inputs) become x W' + b.
struct NarrowMatrix {
  const real* weight = nullptr;  ///< W (outputs, inputs)
  const real* bias = nullptr;    ///< b (outputs); null: none
  Index inputs = 0;
  Index outputs = 0;
};

/// An op that may read all of its input for few outputs, so that several of them had better read it
/// together. The plan looks for it where heads begin.
class NarrowOp {
 public:
  virtual ~NarrowOp() = default;
  /// As it is at this moment.
  virtual NarrowMatrix matrix() const = 0;
};

}  // namespace espalier
