#pragma once

#include "tensor/products_abreast.hpp"

namespace espalier {

/// An op that makes x W' + b of its rows x, perhaps all of x for few outputs, so that several of
/// them had better read it together. The plan looks for it where heads begin.
class NarrowOp {
 public:
  virtual ~NarrowOp() = default;
  /// As it is at this moment.
  virtual NarrowMatrix matrix() const = 0;
};

}  // namespace espalier
