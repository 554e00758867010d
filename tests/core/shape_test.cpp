#include "espalier/shape.hpp"

#include <doctest/doctest.h>

#include "core/shape_limit.hpp"
#include "espalier/error.hpp"

using namespace espalier;

TEST_CASE("a shape knows its sizes") {
  const Shape shape{128, 28, 28, 3};
  CHECK(shape.rank() == 4);
  CHECK(shape.size() == 128 * 28 * 28 * 3);
  CHECK(shape.row_size() == 28 * 28 * 3);
  CHECK(shape[0] == 128);
  CHECK(shape[-1] == 3);
  CHECK(shape[-4] == 128);
  CHECK(to_string(shape) == "(128, 28, 28, 3)");
  CHECK(Shape{0, 5}.size() == 0);
  CHECK(Shape{0, 5}.row_size() == 5);
}

TEST_CASE("rank 0 is one number") {
  const Shape shape;
  CHECK(shape.rank() == 0);
  CHECK(shape.size() == 1);
  CHECK(shape.row_size() == 1);
  CHECK(shape.row() == Shape{});
  CHECK(to_string(shape) == "()");
}

TEST_CASE("row and with_rows change the first extent only") {
  const Shape shape{4, 2, 3};
  CHECK(shape.row() == Shape{2, 3});
  CHECK(shape.with_rows(7) == Shape{7, 2, 3});
  CHECK(shape == Shape{4, 2, 3});
  CHECK(Shape{4}.row() == Shape{});
}

TEST_CASE("equality looks at rank and extents") {
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK(Shape{2, 3} != Shape{3, 2});
  CHECK(Shape{2, 3} != Shape{2, 3, 1});
  CHECK(Shape{} != Shape{1});
  Shape set{2, 3};
  set.set(-1, 5);
  CHECK(set == Shape{2, 5});
}

TEST_CASE("a shape has at most six axes") {
  Shape shape{1, 2, 3, 4, 5, 6};
  CHECK_THROWS_WITH_AS(shape.push_back(7), "[shape] expected at most 6 axes, found more",
                       ShapeError);
  CHECK(shape == Shape{1, 2, 3, 4, 5, 6});
}

TEST_CASE("whether a shape is small enough is found without overflow") {
  constexpr Index kHuge = Index{1} << 62U;
  CHECK(has_at_most({}, 1));
  CHECK(has_at_most({3, 4}, 12));
  CHECK_FALSE(has_at_most({3, 4}, 11));
  CHECK_FALSE(has_at_most({kHuge, 4}, kMostNumbers));
  CHECK_FALSE(has_at_most({4, kHuge}, kMostNumbers));
  CHECK_FALSE(has_at_most({kHuge, kHuge, kHuge}, kHuge));
  CHECK(has_at_most({3, 0, kHuge}, 5));
}
