// module: core
#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <string>

#include "espalier/api.hpp"

namespace espalier {

/// @addtogroup numbers
/// @{

/// Extents of a tensor, row-major, at most six of them. By convention the first one counts rows
/// (examples of a batch); images are (rows, height, width, channels), sequences (rows, time, ...).
class ESPALIER_API Shape {
 public:
  static constexpr int kMaxRank = 6;  ///< most extents

  Shape() = default;
  /// Throws ShapeError where there are more than kMaxRank extents.
  Shape(std::initializer_list<Index> extents);
  /// Likewise.
  explicit Shape(std::span<const Index> extents);

  /// Number of extents.
  int rank() const { return rank_; }
  /// Extent of `axis`; negative axes count from the end. REQUIRES: -rank <= axis < rank.
  Index operator[](int axis) const { return extents_[at(axis)]; }
  /// Changes the extent of `axis`, counted as above.
  void set(int axis, Index extent) { extents_[at(axis)] = extent; }
  /// Adds a last extent. Throws ShapeError where there are kMaxRank already.
  void push_back(Index extent);
  /// Product of all extents (1 for rank 0).
  Index size() const;
  /// Product of the extents after the first: numbers per row.
  Index row_size() const;
  /// The shape without its first extent.
  Shape row() const;
  /// The same row shape under `rows` rows.
  Shape with_rows(Index rows) const;
  /// All extents, the rows first.
  std::span<const Index> extents() const {
    return {extents_.data(), static_cast<std::size_t>(rank_)};
  }
  /// The first extent.
  const Index* begin() const { return extents_.data(); }
  /// Behind the last extent.
  const Index* end() const { return extents_.data() + rank_; }

  /// Whether rank and all extents are equal.
  bool operator==(const Shape& other) const;

 private:
  std::size_t at(int axis) const {
    return static_cast<std::size_t>(axis < 0 ? axis + rank_ : axis);
  }

  std::array<Index, kMaxRank> extents_{};
  int rank_ = 0;
};

/// "(128, 28, 28, 1)".
ESPALIER_API std::string to_string(const Shape& shape);
/// @}

}  // namespace espalier
