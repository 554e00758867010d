// module: tensor
#pragma once

#include <cstdint>
#include <span>

#include "espalier/shape.hpp"

namespace espalier {

#ifdef ESPALIER_REAL_DOUBLE
inline namespace f64 {
#else
inline namespace f32 {
#endif

/// A view of dense row-major numbers that somebody else owns (a planned arena block, a parameter,
/// a batch). Copying copies the view. `espalier/xtensor_view.hpp` turns it into an xtensor adaptor
/// in the author's own translation unit.
struct Tensor {
  real* data = nullptr;
  Shape shape;

  Index size() const { return shape.size(); }
  std::span<real> span() const { return {data, static_cast<std::size_t>(shape.size())}; }
  /// Rows [first, first + rows).
  Tensor rows(Index first, Index rows) const {
    return {data + first * shape.row_size(), shape.with_rows(rows)};
  }
};

/// The same for read-only numbers.
struct ConstTensor {
  const real* data = nullptr;
  Shape shape;

  ConstTensor() = default;
  ConstTensor(const real* numbers, const Shape& extents) : data(numbers), shape(extents) {}
  ConstTensor(const Tensor& tensor) : data(tensor.data), shape(tensor.shape) {}

  Index size() const { return shape.size(); }
  std::span<const real> span() const { return {data, static_cast<std::size_t>(shape.size())}; }
  ConstTensor rows(Index first, Index rows) const {
    return {data + first * shape.row_size(), shape.with_rows(rows)};
  }
};

/// Integers: class labels (-1 = missing), token numbers.
struct IndexTensor {
  const std::int32_t* data = nullptr;
  Shape shape;

  Index size() const { return shape.size(); }
  std::span<const std::int32_t> span() const {
    return {data, static_cast<std::size_t>(shape.size())};
  }
  IndexTensor rows(Index first, Index rows) const {
    return {data + first * shape.row_size(), shape.with_rows(rows)};
  }
};

}  // inline namespace

/// What a value holds.
enum class Dtype : std::uint8_t { floating, integer };

}  // namespace espalier
