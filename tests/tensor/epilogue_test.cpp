#include "tensor/epilogue.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "core/threads.hpp"
#include "tensor/blas.hpp"
#include "tensor/matrix.hpp"
#include "tensor/random_numbers.hpp"
#include "tensor/same_bits.hpp"

using namespace espalier;
using blas::Transpose;
using test::random_numbers;
using test::same_bits;
using test::Threads;

namespace {

struct Size {
  Index m, n, k;
};
// Few rows of many columns are multiplied turned round; one to four columns by dots; few steps by
// outer products; 1100 steps in several parts.
constexpr Size kSizes[] = {{1, 1, 1},       {256, 1, 256}, {200, 3, 70},  {7, 700, 90},
                           {64, 600, 1100}, {90, 33, 600}, {256, 256, 9}, {50, 300, 2},
                           {40, 70, 4},     {33, 40, 1}};

struct Numbers {
  std::vector<real> a, b, bias, mask;

  explicit Numbers(const Size& s)
      : a(random_numbers(s.m * s.k, "a")),
        b(random_numbers(s.n * s.k, "b")),
        bias(random_numbers(s.n, "bias")),
        mask(random_numbers(s.m * s.n, "mask")) {
    a[a.size() / 2] = std::numeric_limits<real>::quiet_NaN();
    mask[mask.size() / 2] = std::numeric_limits<real>::quiet_NaN();
  }
};

std::vector<real> product(const Size& s, const Numbers& x, Transpose tb, double beta,
                          std::vector<real> c, const Epilogue& epilogue = {}) {
  blas::gemm(Transpose::no, tb, s.m, s.n, s.k, 1.0, x.a.data(), s.k, x.b.data(),
             tb == Transpose::yes ? s.k : s.n, beta, c.data(), s.n, {}, epilogue);
  return c;
}

void check_size(const Size& s, Transpose tb) {
  const Numbers x(s);
  const std::vector<real> nothing(x.mask.size(), std::numeric_limits<real>::quiet_NaN());
  std::vector<real> wanted = nothing;
  matrix::fill_rows(wanted.data(), s.m, s.n, x.bias.data());
  wanted = product(s, x, tb, 1.0, wanted);
  CHECK(same_bits(product(s, x, tb, 0.0, nothing, {.bias = x.bias.data()}), wanted));
  for (real& c : wanted) c = c < 0 ? 0 : c;
  CHECK(
      same_bits(product(s, x, tb, 0.0, nothing, {.bias = x.bias.data(), .rectify = true}), wanted));
  wanted = product(s, x, tb, 0.0, nothing);
  for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = x.mask[i] > 0 ? wanted[i] : real{0};
  CHECK(same_bits(product(s, x, tb, 0.0, nothing, {.mask = x.mask.data()}), wanted));
}

}  // namespace

TEST_CASE("what a product does on the way to memory has the bits of passes of their own") {
  for (const int threads : {1, 3}) {
    const Threads own(threads);
    for (const Size& size : kSizes) {
      for (const Transpose tb : {Transpose::no, Transpose::yes}) {
        CAPTURE(threads);
        CAPTURE(size.m);
        CAPTURE(size.n);
        CAPTURE(size.k);
        CAPTURE(tb);
        check_size(size, tb);
      }
    }
  }
}
