#include "espalier/shape.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

Shape::Shape(std::initializer_list<Index> extents)
    : Shape(std::span<const Index>(extents.begin(), extents.size())) {}

Shape::Shape(std::span<const Index> extents) {
  for (const Index extent : extents) push_back(extent);
}

void Shape::push_back(Index extent) {
  if (rank_ == kMaxRank) {
    throw ShapeError(text::cat("[shape] expected at most ", kMaxRank, " axes, found more"));
  }
  extents_[static_cast<std::size_t>(rank_++)] = extent;
}

Index Shape::size() const {
  Index product = 1;
  for (const Index extent : *this) product *= extent;
  return product;
}

Index Shape::row_size() const {
  Index product = 1;
  for (int axis = 1; axis < rank_; ++axis) product *= (*this)[axis];
  return product;
}

Shape Shape::row() const { return rank_ == 0 ? Shape{} : Shape(extents().subspan(1)); }

Shape Shape::with_rows(Index rows) const {
  Shape shape = *this;
  shape.set(0, rows);
  return shape;
}

bool Shape::operator==(const Shape& other) const {
  return std::ranges::equal(extents(), other.extents());
}

std::string to_string(const Shape& shape) {
  std::string shown = "(";
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (axis > 0) shown += ", ";
    shown += std::to_string(shape[axis]);
  }
  return shown + ")";
}

}  // namespace espalier
