// module: tensor
#pragma once

#include <cstdint>
#include <span>

#include "espalier/shape.hpp"

namespace espalier {

/// @addtogroup numbers
/// @{

#ifdef ESPALIER_REAL_DOUBLE
inline namespace f64 {
#else
inline namespace f32 {
#endif

/// @ingroup numbers
/// A view of dense row-major numbers that somebody else owns (a planned arena block, a parameter,
/// a batch). Copying copies the view. `espalier/xtensor_view.hpp` turns it into an xtensor adaptor
/// in the author's own translation unit.
struct Tensor {
  real* data = nullptr;  ///< first number of the first row
  Shape shape;           ///< rows first

  /// How many numbers.
  Index size() const { return shape.size(); }
  /// All numbers, row after row.
  std::span<real> span() const { return {data, static_cast<std::size_t>(shape.size())}; }
  /// Rows [first, first + rows).
  Tensor rows(Index first, Index rows) const {
    return {data + first * shape.row_size(), shape.with_rows(rows)};
  }
};

/// @ingroup numbers
/// The same for read-only numbers.
struct ConstTensor {
  const real* data = nullptr;  ///< first number of the first row
  Shape shape;                 ///< rows first

  /// A view of nothing.
  ConstTensor() = default;
  /// A view of as many numbers as `extents` have.
  ConstTensor(const real* numbers, const Shape& extents) : data(numbers), shape(extents) {}
  /// What may be written may be read.
  ConstTensor(const Tensor& tensor) : data(tensor.data), shape(tensor.shape) {}

  /// How many numbers.
  Index size() const { return shape.size(); }
  /// All numbers, row after row.
  std::span<const real> span() const { return {data, static_cast<std::size_t>(shape.size())}; }
  /// Rows [first, first + rows).
  ConstTensor rows(Index first, Index rows) const {
    return {data + first * shape.row_size(), shape.with_rows(rows)};
  }
};

/// @ingroup numbers
/// Integers: class labels (-1 = missing), token numbers.
struct IndexTensor {
  const std::int32_t* data = nullptr;  ///< first number of the first row
  Shape shape;                         ///< rows first

  /// How many numbers.
  Index size() const { return shape.size(); }
  /// All numbers, row after row.
  std::span<const std::int32_t> span() const {
    return {data, static_cast<std::size_t>(shape.size())};
  }
  /// Rows [first, first + rows).
  IndexTensor rows(Index first, Index rows) const {
    return {data + first * shape.row_size(), shape.with_rows(rows)};
  }
};

}  // inline namespace

/// What a value holds.
enum class Dtype : std::uint8_t { floating, integer };
/// @}

}  // namespace espalier
