#pragma once

#include <span>

#include "tensor/products_abreast.hpp"

namespace espalier {

/// The gradients of several narrow matrices that met the same rows x (rows, inputs), summed up
/// while x is at hand. Sums are (columns, inputs): one for each output of each matrix.
class GradientsAbreast {
 public:
  GradientsAbreast(std::span<const BackwardAbreast> all, const real* x) : all_(all), x_(x) {}

  static Index columns(std::span<const BackwardAbreast> all);

  /// sums += dy' x over rows [begin, end)
  void add(Index begin, Index end, real* sums) const;

  /// Each matrix's gradient = the sums of `pieces` pieces; db = dy' 1.
  void put(Index rows, int pieces, const real* sums) const;

 private:
  std::span<const BackwardAbreast> all_;
  const real* x_;
};

}  // namespace espalier
