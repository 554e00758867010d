#include "nn/parameter_store.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "espalier/error.hpp"

using namespace espalier;

namespace {

const Initializer kHe{Initializer::Kind::he_normal};

std::vector<real> numbers(const Tensor& t) { return {t.data, t.data + t.size()}; }

}  // namespace

TEST_CASE("the same name is the same parameter") {
  ParameterStore store(1);
  Parameter& first = store.parameter("trunk/0/weight", {3, 4}, Domain::shared, kHe);
  const std::vector<real> before = numbers(first.value);
  for (int i = 0; i < 100; ++i) {
    store.parameter("other/" + std::to_string(i), {5}, Domain::task, kHe);
  }
  Parameter& again = store.parameter("trunk/0/weight", {3, 4}, Domain::shared, kHe);
  CHECK(&again == &first);
  CHECK(numbers(again.value) == before);  // not initialised a second time
  CHECK(first.index == 0);
  CHECK(first.domain == Domain::shared);
  CHECK(first.value.shape == Shape{3, 4});
  CHECK(store.parameters().size() == 101);
  CHECK(store.parameters()[100].index == 100);
  CHECK(store.parameters()[100].domain == Domain::task);
}

TEST_CASE("another shape under a known name is refused") {
  ParameterStore store(1);
  store.parameter("trunk/0/weight", {3, 4}, Domain::shared, kHe);
  CHECK_THROWS_WITH_AS(store.parameter("trunk/0/weight", {4, 3}, Domain::shared, kHe),
                       "[trunk/0/weight] expected the shape it was made with, (3, 4), found (4, 3)",
                       ShapeError);
  store.buffer("running", {3}, 1.0);
  CHECK_THROWS_WITH_AS(store.buffer("running", {4}, 1.0),
                       "[running] expected the shape it was made with, (3), found (4)", ShapeError);
}

TEST_CASE("numbers depend on seed and name, not on the order of creation") {
  ParameterStore a(1), b(1), other_seed(2);
  const auto first = numbers(a.parameter("x", {20, 30}, Domain::shared, kHe).value);
  const auto second = numbers(a.parameter("y", {20, 30}, Domain::shared, kHe).value);
  CHECK(numbers(b.parameter("y", {20, 30}, Domain::task, kHe).value) == second);
  CHECK(numbers(b.parameter("x", {20, 30}, Domain::shared, kHe).value) == first);
  CHECK(first != second);
  CHECK(numbers(other_seed.parameter("x", {20, 30}, Domain::shared, kHe).value) != first);
}

TEST_CASE("a buffer starts at its initial number and keeps what is written") {
  ParameterStore store(1);
  Buffer& variance = store.buffer("bn/variance", {3}, 1.0);
  CHECK(numbers(variance.value) == std::vector<real>{1, 1, 1});
  variance.value.data[1] = real(5);
  CHECK(&store.buffer("bn/variance", {3}, 1.0) == &variance);
  CHECK(numbers(variance.value) == std::vector<real>{1, 5, 1});
  CHECK(store.buffers().size() == 1);
  CHECK(store.parameters().empty());
}

TEST_CASE("a parameter larger than any memory is refused before its bytes are counted") {
  ParameterStore store(1);
  constexpr Index kHuge = Index{1} << 62U;  // times 4 units wraps to nothing
  CHECK_THROWS_WITH_AS(
      store.parameter("trunk/0/weight", {kHuge, 4}, Domain::shared, kHe),
      "[trunk/0/weight] expected at most 1099511627776 numbers, found (4611686018427387904, 4)",
      ShapeError);
  CHECK_THROWS_AS(store.buffer("running", {kHuge, kHuge}, 0.0), ShapeError);
  CHECK(store.parameters().empty());
  CHECK(store.buffers().empty());
}
