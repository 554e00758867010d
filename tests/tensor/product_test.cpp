#include "tensor/product.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/threads.hpp"
#include "tensor/random_numbers.hpp"
#include "tensor/stored_matrix.hpp"

namespace espalier {

namespace {

using test::random_numbers;
using test::Stored;
using test::Threads;

struct Form {
  bool a_along_k, b_along_k, by_rows;
};
constexpr Form kForms[] = {{true, true, true},    {true, false, true}, {false, false, true},
                           {false, true, true},   {true, true, false}, {true, false, false},
                           {false, false, false}, {false, true, false}};
struct Size {
  Index m, n, k;
};
constexpr Size kSizes[] = {{1, 1, 1},    {1, 40, 70},  {33, 1, 50},   {3, 2, 5},
                           {14, 32, 16}, {15, 33, 17}, {29, 65, 600}, {70, 31, 1100},
                           {5, 300, 2},  {130, 4, 90}, {64, 700, 40}};

Target target_of(std::vector<real>& c, Index m, Index n, bool by_rows, double alpha, double beta) {
  return by_rows ? Target{c.data(), n + 2, 1, alpha, beta}
                 : Target{c.data(), 1, m + 2, alpha, beta};
}

void check_product(const Form& form, Index m, Index n, Index k, double beta) {
  const Stored a(m, k, form.a_along_k, "a"), b(n, k, form.b_along_k, "b");
  std::vector<real> c = random_numbers((m + 2) * (n + 2), "c");
  const std::vector<real> before = c;
  if (beta == 0.0) std::fill(c.begin(), c.end(), std::numeric_limits<real>::quiet_NaN());
  const Target to = target_of(c, m, n, form.by_rows, 0.5, beta);
  multiply(m, n, k, a.operand, b.operand, to);
  double worst = 0.0;
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < n; ++j) {
      double sum = 0.0, size = 1.0;
      for (Index l = 0; l < k; ++l) {
        const double term = static_cast<double>(*a.operand.at(i, l).data) *
                            static_cast<double>(*b.operand.at(j, l).data);
        sum += term;
        size += std::abs(term);
      }
      const Index at = to.at(i, j).data - c.data();
      const double old = static_cast<double>(before[static_cast<std::size_t>(at)]);
      const double wanted = 0.5 * sum + (beta == 0.0 ? 0.0 : beta * old);
      worst = std::max(worst, std::abs(static_cast<double>(*to.at(i, j).data) - wanted) / size);
    }
  }
  // In double the sum written out rounds as well.
  const double rounding = sizeof(real) == sizeof(double) ? 64.0 : 4.0;
  CHECK(worst <= rounding * static_cast<double>(std::numeric_limits<real>::epsilon()));
}

}  // namespace

TEST_CASE("a product equals its sums in every layout and size") {
  for (const int threads : {1, 3}) {
    const Threads during(threads);
    for (const Form& form : kForms) {
      for (const Size& size : kSizes) {
        for (const double beta : {0.0, 1.0, -0.75}) {
          CAPTURE(threads);
          CAPTURE(form.a_along_k);
          CAPTURE(form.b_along_k);
          CAPTURE(form.by_rows);
          CAPTURE(size.m);
          CAPTURE(size.n);
          CAPTURE(size.k);
          check_product(form, size.m, size.n, size.k, beta);
        }
      }
    }
  }
}

TEST_CASE("a row of a product has the same bits alone, among others and on any thread") {
  const Stored a(61, 700, true, "a"), b(45, 700, true, "b");
  std::vector<real> all(61 * 45), some(17 * 45);
  multiply(61, 45, 700, a.operand, b.operand, {all.data(), 45, 1, 1.0, 0.0});
  for (const Index first : {0, 1, 20, 44}) {
    const Threads during(2);
    multiply(17, 45, 700, a.operand.at(first, 0), b.operand, {some.data(), 45, 1, 1.0, 0.0});
    const std::vector<real> expected(all.begin() + first * 45, all.begin() + (first + 17) * 45);
    CHECK(some == expected);
  }
}

// The last piece of so many columns has one of them, the last piece of rows has all.
TEST_CASE("columns that are left over have the bits of all others") {
  for (const Index columns : {17, 33}) {
    const Stored a(56, 700, true, "a"), b(columns, 700, true, "b");
    const auto product = [&](Index rows, int threads) {
      const Threads during(threads);
      std::vector<real> c(static_cast<std::size_t>(rows * columns));
      multiply(rows, columns, 700, a.operand, b.operand, {c.data(), columns, 1, 1.0, 0.0});
      c.resize(static_cast<std::size_t>(5 * columns));
      return c;
    };
    const std::vector<real> expected = product(56, 1);
    for (const Index rows : {5, 12, 17, 24, 28, 56}) {
      CAPTURE(rows);
      CHECK(product(rows, 1) == expected);
      CHECK(product(rows, 2) == expected);
      CHECK(product(rows, 3) == expected);
    }
  }
}

TEST_CASE("every number of a product is finished once, after it is final") {
  for (const Size& size : kSizes) {
    const Index m = size.m, n = size.n, k = size.k;
    const Threads during(2);
    const Stored a(m, k, false, "a"), b(n, k, false, "b");
    std::vector<real> c(static_cast<std::size_t>(m * n), real{0}), seen = c, plain = c;
    multiply(m, n, k, a.operand, b.operand, {plain.data(), n, 1, 1.0, 0.0});
    std::vector<int> times(c.size(), 0);
    const auto note = [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const auto at = static_cast<std::size_t>(i);
        seen[at] = c[at];
        ++times[at];
      }
    };
    multiply(m, n, k, a.operand, b.operand, {c.data(), n, 1, 1.0, 0.0, finish_with(note)});
    CHECK(times == std::vector<int>(c.size(), 1));
    CHECK(seen == plain);
  }
}

TEST_CASE("every number that a product adds to is started once, before it is read") {
  for (const Size& size : kSizes) {
    for (const int threads : {1, 2}) {
      CAPTURE(size.m);
      CAPTURE(size.n);
      CAPTURE(size.k);
      CAPTURE(threads);
      const Index m = size.m, n = size.n, k = size.k;
      const Threads during(threads);
      const Stored a(m, k, false, "a"), b(n, k, false, "b");
      const std::vector<real> first = random_numbers(m * n, "c");
      std::vector<real> plain = first, c(first.size(), std::numeric_limits<real>::quiet_NaN());
      multiply(m, n, k, a.operand, b.operand, {plain.data(), n, 1, 0.5, -0.75});
      std::vector<int> times(c.size(), 0);
      const auto write = [&](const NumberBlock& block) {
        for (Index i = 0; i < block.rows; ++i) {
          for (Index j = 0; j < block.columns; ++j) {
            const auto at = static_cast<std::size_t>(block.first + i * block.row + j);
            c[at] = first[at];
            ++times[at];
          }
        }
      };
      multiply(m, n, k, a.operand, b.operand,
               {c.data(), n, 1, 0.5, -0.75, {}, 0, {}, start_with(write)});
      CHECK(times == std::vector<int>(c.size(), 1));
      CHECK(c == plain);
    }
  }
}

}  // namespace espalier
