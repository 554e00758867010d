#include "tensor/products_abreast.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "core/threads.hpp"
#include "tensor/blas.hpp"
#include "tensor/epilogue.hpp"
#include "tensor/matrix.hpp"
#include "tensor/random_numbers.hpp"
#include "tensor/same_bits.hpp"
#include "tensor/thin_product.hpp"

using namespace espalier;
using blas::Transpose;
using test::random_numbers;
using test::same_bits;
using test::Threads;

namespace {

struct Matrix {
  Index outputs;
  std::vector<real> weight, bias, y, dy;
  real factor;

  Matrix(Index rows, Index k, Index o, int number)
      : outputs(o),
        weight(random_numbers(o * k, "weight " + std::to_string(number))),
        bias(random_numbers(o, "bias " + std::to_string(number))),
        y(static_cast<std::size_t>(rows * o)),
        dy(random_numbers(rows * o, "dy " + std::to_string(number))),
        factor(number == 1 ? real{-0.75} : real{1}) {}
};

/// Their own gradients, with scratch for fewer threads than there are, too.
void check_gradients(Index rows, Index k, int count) {
  const std::vector<real> x = random_numbers(rows * k, "x");
  const std::vector<real> none(1, std::numeric_limits<real>::quiet_NaN());
  std::vector<Matrix> all;
  Index columns = 0;
  for (int number = 0; number < count; ++number) {
    all.emplace_back(rows, k, number % kThin + 1, number);
    columns += all.back().outputs;
  }
  for (const int planned : {parallel::threads(), 1}) {
    std::vector<BackwardAbreast> backward;
    std::vector<std::vector<real>> gradients;
    for (const Matrix& m : all) {
      gradients.emplace_back(static_cast<std::size_t>(m.outputs * (k + 1)), none[0]);
      const real* const bias = m.outputs == 2 ? nullptr : m.bias.data();
      backward.push_back(
          {{m.weight.data(), bias, k, m.outputs}, m.dy.data(), m.factor, gradients.back().data()});
    }
    std::vector<real> scratch(static_cast<std::size_t>(planned * columns * k), none[0]);
    std::vector<real> dx(x.size());
    add_abreast(rows, backward, nullptr, dx.data(), x.data(), scratch);
    for (std::size_t s = 0; s < all.size(); ++s) {
      const Matrix& m = all[s];
      std::vector<real> wanted(gradients[s].size(), none[0]);
      blas::gemm(Transpose::yes, Transpose::no, m.outputs, k, rows, 1.0, m.dy.data(), m.outputs,
                 x.data(), k, 0.0, wanted.data(), k);
      real* const bias = wanted.data() + m.outputs * k;
      matrix::column_sums(m.dy.data(), rows, m.outputs, 1.0, 0.0, bias);
      const auto numbers = static_cast<std::size_t>(m.outputs * (m.outputs == 2 ? k : k + 1));
      double worst = 0.0;
      for (std::size_t i = 0; i < numbers; ++i) {
        const double error = std::abs(static_cast<double>(gradients[s][i] - wanted[i]));
        worst = std::isfinite(error) ? std::max(worst, error) : 1e9;
      }
      CHECK(worst < 1e-4);
      CHECK((m.outputs != 2 || std::isnan(gradients[s].back())));  // no bias: nothing behind
    }
  }
}

void check_size(Index rows, Index k) {
  const std::vector<real> x = random_numbers(rows * k, "x");
  std::vector<Matrix> all;
  for (int number = 0; number < 5; ++number) {
    all.emplace_back(rows, k, number % kThin + 1, number);
  }
  std::vector<ForwardAbreast> forward;
  std::vector<BackwardAbreast> backward;
  for (Matrix& m : all) {
    const real* const bias = m.outputs == 2 ? nullptr : m.bias.data();
    const NarrowMatrix matrix = {m.weight.data(), bias, k, m.outputs};
    forward.push_back({matrix, m.y.data(), m.outputs == 3});
    backward.push_back({matrix, m.dy.data(), m.factor});
  }
  multiply_abreast(rows, x.data(), forward);
  std::vector<real> sum(x.size()), one(x.size()), dx(x.size());
  for (Matrix& m : all) {
    CAPTURE(m.outputs);
    std::vector<real> y(m.y.size());
    blas::gemm(Transpose::no, Transpose::yes, rows, m.outputs, k, 1.0, x.data(), k, m.weight.data(),
               k, 0.0, y.data(), m.outputs, {},
               {.bias = m.outputs == 2 ? nullptr : m.bias.data(), .rectify = m.outputs == 3});
    CHECK(same_bits(m.y, y));
    blas::gemm(Transpose::no, Transpose::no, rows, k, m.outputs, 1.0, m.dy.data(), m.outputs,
               m.weight.data(), k, 0.0, one.data(), k);
    if (&m == all.data()) {
      matrix::scale(rows * k, static_cast<double>(m.factor), one.data(), sum.data());
    } else {
      matrix::add_scaled(rows * k, static_cast<double>(m.factor), one.data(), sum.data());
    }
  }
  add_abreast(rows, backward, nullptr, dx.data());
  CHECK(same_bits(dx, sum));
  shape_numbers({.mask = x.data()}, rows * k, sum.data());
  add_abreast(rows, backward, x.data(), dx.data());
  CHECK(same_bits(dx, sum));
}

}  // namespace

TEST_CASE("narrow products abreast have the bits of single ones") {
  for (const int threads : {1, 3}) {
    const Threads used(threads);
    CAPTURE(threads);
    for (const Index rows : {1, 37, 256}) {
      for (const Index k : {2, 21, 256, 530, 1100}) {
        CAPTURE(rows);
        CAPTURE(k);
        check_size(rows, k);
      }
    }
  }
}

TEST_CASE("narrow matrices' own gradients are those of single products") {
  for (const int threads : {1, 3}) {
    const Threads used(threads);
    CAPTURE(threads);
    for (const Index rows : {1, 16, 37, 256}) {
      for (const Index k : {2, 15, 17, 33, 256}) {
        CAPTURE(rows);
        CAPTURE(k);
        for (const int count : {1, 5, 9}) check_gradients(rows, k, count);  // 1, 11, 21 columns
      }
    }
  }
}
