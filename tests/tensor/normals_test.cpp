#include "tensor/normals.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "tensor/same_bits.hpp"

using namespace espalier;

namespace {

std::vector<real> one_by_one(RandomStream random, double deviation, Index count) {
  std::vector<real> numbers(static_cast<std::size_t>(count));
  for (real& number : numbers) number = static_cast<real>(deviation * random.normal());
  return numbers;
}

std::vector<real> in_vectors(const RandomStream& random, double deviation, Index count) {
  std::vector<real> numbers(static_cast<std::size_t>(count));
  draw_normals(random, deviation, 0, count / 3, numbers.data());  // wherever threads part
  draw_normals(random, deviation, count / 3, count, numbers.data());
  return numbers;
}

}  // namespace

// Among so many numbers some round otherwise than a vector's cosine and logarithm alone would have
// it.
TEST_CASE("normal numbers drawn several at a time have the bits of those drawn one by one") {
  for (const double deviation : {1.0, 0.0252538, 1e-30}) {
    const RandomStream random(7, "normals");
    CAPTURE(deviation);
    CHECK(test::same_bits(in_vectors(random, deviation, 600'001),
                          one_by_one(random, deviation, 600'001)));
  }
}

TEST_CASE("so have those of a stream that stands elsewhere, of few numbers, of no deviation") {
  for (const std::uint64_t position : {0U, 1U, 4U, 6U, 4000U}) {
    for (const Index count : {Index{1}, Index{7}, Index{40}}) {
      for (const double deviation : {0.0, 2.0}) {
        RandomStream random(1, "elsewhere");
        random.seek(position);
        CAPTURE(position);
        CAPTURE(count);
        CHECK(test::same_bits(in_vectors(random, deviation, count),
                              one_by_one(random, deviation, count)));
      }
    }
  }
}
