#include "tensor/precision.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "tensor/emulated_tiles.hpp"
#include "tensor/mixed_product.hpp"
#include "tensor/random_numbers.hpp"
#include "tensor/same_bits.hpp"

namespace espalier {

namespace {

using blas::Transpose;
using precision::Abilities;

struct DuringTest {
  explicit DuringTest(Precision p) { precision::set(p, test::amx_of_tests()); }
  ~DuringTest() { precision::set(Precision::fp32); }
  DuringTest(const DuringTest&) = delete;
  DuringTest& operator=(const DuringTest&) = delete;
};

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a precision is refused where it does not work or is not faster") {
  const Abilities nothing, amx = {.amx = true}, vectors = {.vectors = true},
                           slow = {.vectors = true, .fast_vectors = false},
                           both = {.amx = true, .vectors = true, .fast_vectors = false},
                           in_double = {.in_float = false, .amx = true};
  for (const Abilities& any : {nothing, amx, vectors, slow, both, in_double}) {
    CHECK(precision::missing(Precision::fp32, any).empty());
  }
  for (const Abilities& fine : {amx, both}) {
    CHECK(precision::missing(Precision::fp32_split, fine).empty());
    CHECK(precision::missing(Precision::bf16, fine).empty());
  }
  CHECK(precision::missing(Precision::bf16, vectors).empty());
  CHECK(has(precision::missing(Precision::fp32_split, vectors), "expected a processor with AMX"));
  CHECK(has(precision::missing(Precision::bf16, nothing), "one with neither"));
  CHECK(has(precision::missing(Precision::bf16, slow), "no faster"));
  CHECK(has(precision::missing(Precision::bf16, in_double), "in double"));
  CHECK(precision::named("fp32_split") == Precision::fp32_split);
}

TEST_CASE("a start comes before a product in any precision, and where nothing is multiplied") {
  const Index m = 20, n = 300;
  for (const Precision p : {Precision::fp32, Precision::bf16}) {
    for (const Index k : {0, 1, 40}) {
      if (p == Precision::bf16 && sizeof(real) != sizeof(float)) continue;
      CAPTURE(static_cast<int>(p));
      CAPTURE(k);
      const DuringTest during(p);
      const std::vector<real> x = test::random_numbers(m * k, "x"),
                              w = test::random_numbers(n * k, "w");
      std::vector<real> plain(static_cast<std::size_t>(m * n), real{3}), started(plain.size());
      const auto write = [&](const NumberBlock& block) {
        for (Index i = 0; i < block.rows; ++i) {
          real* const row = started.data() + block.first + i * block.row;
          for (Index j = 0; j < block.columns; ++j) row[j] += real{3};
        }
      };
      const auto multiply = [&](std::vector<real>& y, const Start& start) {
        precision::gemm(Transpose::yes, Transpose::no, m, n, k, 1.0, x.data(), m, w.data(), n, 1.0,
                        y.data(), n, {}, {}, start);
      };
      multiply(plain, {});
      multiply(started, start_with(write));
      CHECK(test::same_bits(started, plain));
    }
  }
}

TEST_CASE("what was set is what products of layers are computed in") {
  const Index m = 40, n = 300, k = 70;
  const std::vector<real> x = test::random_numbers(m * k, "x"),
                          w = test::random_numbers(n * k, "w");
  const auto forward = [&] {
    std::vector<real> y(static_cast<std::size_t>(m * n));
    precision::gemm(Transpose::no, Transpose::yes, m, n, k, 1.0, x.data(), k, w.data(), k, 0.0,
                    y.data(), n);
    return y;
  };
  std::vector<real> fp32(static_cast<std::size_t>(m * n)), bf16 = fp32, split = fp32;
  blas::gemm(Transpose::no, Transpose::yes, m, n, k, 1.0, x.data(), k, w.data(), k, 0.0,
             fp32.data(), n);
  for (const int parts : {1, 3}) {
    bfloat::multiply(*test::amx_of_tests(), parts, n, m, k, {w.data(), k, 1}, {x.data(), k, 1},
                     {(parts == 1 ? bf16 : split).data(), 1, n, 1.0, 0.0});
  }
  CHECK(forward() == fp32);
  CHECK(precision::instructions_of(Precision::fp32).empty());
  {
    const DuringTest during(Precision::bf16);
    CHECK(forward() == bf16);
  }
  {
    const DuringTest during(Precision::fp32_split);
    CHECK(forward() == split);
  }
  CHECK(forward() == fp32);
}

TEST_CASE("rows of a layer's outputs have the same bits in batches of any size") {
  const Index k = 70;
  for (const Index n : {40, 300}) {
    const std::vector<real> x = test::random_numbers(600 * k, "x");
    const std::vector<real> w = test::random_numbers(n * k, "w");
    for (const Precision p : {Precision::bf16, Precision::fp32_split}) {
      const DuringTest during(p);
      const auto forward = [&](Index m) {
        std::vector<real> y(static_cast<std::size_t>(m * n));
        precision::gemm(Transpose::no, Transpose::yes, m, n, k, 1.0, x.data(), k, w.data(), k, 0.0,
                        y.data(), n);
        y.resize(static_cast<std::size_t>(n));
        return y;
      };
      const std::vector<real> expected = forward(1);
      CHECK(forward(64) == expected);
      CHECK(forward(600) == expected);
    }
  }
}

}  // namespace espalier
