// module: tensor
#pragma once

#include "espalier/xtensor_compat.hpp"
//
#include <array>
#include <cstddef>
#include <xtensor/xadapt.hpp>
#include <xtensor/xnoalias.hpp>

#include "espalier/tensor.hpp"

namespace espalier {

/// @addtogroup numbers
/// @{

namespace view_detail {

template <std::size_t Rank>
std::array<std::size_t, Rank> extents(const Shape& shape) {
  std::array<std::size_t, Rank> all{};
  for (std::size_t axis = 0; axis < Rank; ++axis) {
    all[axis] = static_cast<std::size_t>(shape[static_cast<int>(axis)]);
  }
  return all;
}

}  // namespace view_detail

/// `tensor` as an xtensor adaptor of fixed rank over the same memory: no copy, no ownership, no
/// allocation. Made in the author's own translation unit; never store or pass one across a plugin's
/// border. Assign through `xt::noalias(y) = expression`: a plain assignment makes a temporary.
/// REQUIRES: Rank == tensor.shape.rank().
template <std::size_t Rank>
auto view(const Tensor& tensor) {
  return xt::adapt(tensor.data, static_cast<std::size_t>(tensor.size()), xt::no_ownership(),
                   view_detail::extents<Rank>(tensor.shape));
}

template <std::size_t Rank>
/// The same for numbers that are only read.
auto view(const ConstTensor& tensor) {
  return xt::adapt(tensor.data, static_cast<std::size_t>(tensor.size()), xt::no_ownership(),
                   view_detail::extents<Rank>(tensor.shape));
}
/// @}

}  // namespace espalier
