#include "tensor/mixed_product.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/threads.hpp"
#include "tensor/emulated_tiles.hpp"
#include "tensor/random_numbers.hpp"
#include "tensor/stored_matrix.hpp"

namespace espalier {

namespace {

using bfloat::Engine;
using test::random_numbers;
using test::Stored;
using test::Threads;

/// Those of this processor, and AMX's loops on registers in memory.
std::vector<const Engine*> engines() {
  std::vector<const Engine*> all = {&test::kEmulatedAmx};
  if (bfloat::avx512_engine() != nullptr) all.push_back(bfloat::avx512_engine());
  if (bfloat::amx_engine() != nullptr) all.push_back(bfloat::amx_engine());
  return all;
}

struct Size {
  Index m, n, k;
};
constexpr Size kSizes[] = {{1, 1, 1},    {1, 40, 70},    {33, 1, 50},   {3, 2, 5},   {16, 32, 32},
                           {17, 33, 31}, {29, 65, 1100}, {70, 31, 600}, {5, 300, 2}, {64, 700, 40}};

/// Largest error of C against sums in double, in units of the sum of sizes of a number's terms.
double worst_error(const Size& s, const Operand& a, const Operand& b, const Target& c,
                   const std::vector<real>& before) {
  double worst = 0.0;
  for (Index i = 0; i < s.m; ++i) {
    for (Index j = 0; j < s.n; ++j) {
      double sum = 0.0, size = 1e-30;
      for (Index l = 0; l < s.k; ++l) {
        const double term =
            static_cast<double>(*a.at(i, l).data) * static_cast<double>(*b.at(j, l).data);
        sum += term;
        size += std::abs(term);
      }
      const Index at = c.at(i, j).data - c.data;
      const double old =
          c.beta == 0.0 ? 0.0 : c.beta * static_cast<double>(before[static_cast<std::size_t>(at)]);
      const double error = std::abs(static_cast<double>(*c.at(i, j).data) - (c.alpha * sum + old));
      worst = std::max(worst, error / (std::abs(c.alpha) * size + std::abs(old)));
    }
  }
  return worst;
}

double rms_error(const Size& s, const Operand& a, const Operand& b, const std::vector<real>& c) {
  double total = 0.0;
  for (Index i = 0; i < s.m; ++i) {
    for (Index j = 0; j < s.n; ++j) {
      double sum = 0.0, size = 0.0;
      for (Index l = 0; l < s.k; ++l) {
        const double term =
            static_cast<double>(*a.at(i, l).data) * static_cast<double>(*b.at(j, l).data);
        sum += term;
        size += term * term;
      }
      const double error = static_cast<double>(c[static_cast<std::size_t>(i * s.n + j)]) - sum;
      total += error * error / size;
    }
  }
  return std::sqrt(total / static_cast<double>(s.m * s.n));
}

// Two operands, each rounded to 8 bits: 2^-8 each of every term, and float's own rounding.
constexpr double kBf16Error = 2.02 / 256.0;

void check_product(const Engine& engine, int parts, const Size& s, bool a_along_k, bool b_along_k,
                   bool by_rows, double beta) {
  const Stored a(s.m, s.k, a_along_k, "a"), b(s.n, s.k, b_along_k, "b");
  std::vector<real> c = random_numbers((s.m + 2) * (s.n + 2), "c");
  const std::vector<real> before = c;
  if (beta == 0.0) std::fill(c.begin(), c.end(), std::numeric_limits<real>::quiet_NaN());
  const Target to =
      by_rows ? Target{c.data(), s.n + 2, 1, 0.5, beta} : Target{c.data(), 1, s.m + 2, 0.5, beta};
  bfloat::multiply(engine, parts, s.m, s.n, s.k, a.operand, b.operand, to);
  const std::string name(engine.name);
  CAPTURE(name);
  CAPTURE(parts);
  CAPTURE(s.m);
  CAPTURE(s.n);
  CAPTURE(s.k);
  CAPTURE(a_along_k);
  CAPTURE(b_along_k);
  CAPTURE(by_rows);
  const double most =
      parts == 1 ? kBf16Error : 4.0 * static_cast<double>(std::numeric_limits<float>::epsilon());
  CHECK(worst_error(s, a.operand, b.operand, to, before) <= most);
  Index touched = 0;  // room between rows keeps its numbers
  for (std::size_t i = 0; i < c.size(); ++i) {
    const auto at = static_cast<Index>(i);
    const Index line = by_rows ? s.n + 2 : s.m + 2, used = by_rows ? s.n : s.m;
    const bool outside = at % line >= used || at / line >= (by_rows ? s.m : s.n);
    if (outside && beta != 0.0 && c[i] != before[i]) ++touched;
  }
  CHECK(touched == 0);
}

std::vector<real> product(const Engine& engine, int parts, const Size& s, const Operand& a,
                          const Operand& b) {
  std::vector<real> c(static_cast<std::size_t>(s.m * s.n));
  bfloat::multiply(engine, parts, s.m, s.n, s.k, a, b, {c.data(), s.n, 1, 1.0, 0.0});
  return c;
}

}  // namespace

TEST_CASE("products of bfloat16 equal their sums in every layout and size") {
  for (const Engine* engine : engines()) {
    for (const int threads : {1, 3}) {
      const Threads during(threads);
      for (const Size& size : kSizes) {
        for (int form = 0; form < 8; ++form) {
          const double beta = form % 3 == 0 ? 0.0 : form % 3 == 1 ? 1.0 : -0.75;
          for (int parts = 1; parts <= (engine->splits ? 3 : 1); parts += 2) {
            check_product(*engine, parts, size, (form & 1) != 0, (form & 2) != 0, (form & 4) != 0,
                          beta);
          }
        }
      }
    }
  }
}

// Whole numbers up to 16 and their sums are exact in bfloat16 and float: an index that is wrong
// anywhere shows.
TEST_CASE("products of small whole numbers are exact in every engine") {
  for (const Size& s : kSizes) {
    Stored a(s.m, s.k, true, "a"), b(s.n, s.k, false, "b");
    for (real& x : a.numbers) x = std::round(4 * x);
    for (real& x : b.numbers) x = std::round(4 * x);
    std::vector<real> exact(static_cast<std::size_t>(s.m * s.n));
    multiply(s.m, s.n, s.k, a.operand, b.operand, {exact.data(), s.n, 1, 1.0, 0.0});
    for (const Engine* engine : engines()) {
      CHECK(product(*engine, 1, s, a.operand, b.operand) == exact);
      if (engine->splits) CHECK(product(*engine, 3, s, a.operand, b.operand) == exact);
    }
  }
}

TEST_CASE("errors of split products are no larger than those of fp32") {
  const Size s = {40, 50, 3136};
  for (const bool scaled : {false, true}) {
    Stored a(s.m, s.k, true, "a"), b(s.n, s.k, true, "b");
    if (scaled) {  // terms of very different size, operands far from 1
      for (Index k = 0; k < s.k; ++k) {
        const int power = static_cast<int>(k * 7 % 41) - 20;
        for (Index i = 0; i < s.m; ++i) {
          real& x = a.numbers[static_cast<std::size_t>(i * a.operand.row + k)];
          x = std::ldexp(x, power + 30);
        }
        for (Index j = 0; j < s.n; ++j) {
          real& x = b.numbers[static_cast<std::size_t>(j * b.operand.row + k)];
          x = std::ldexp(x, static_cast<int>(k * 11 % 29) - 40);
        }
      }
    }
    std::vector<real> fp32(static_cast<std::size_t>(s.m * s.n));
    multiply(s.m, s.n, s.k, a.operand, b.operand, {fp32.data(), s.n, 1, 1.0, 0.0});
    const double usual = rms_error(s, a.operand, b.operand, fp32);
    for (const Engine* engine : engines()) {
      if (!engine->splits) continue;
      const double split =
          rms_error(s, a.operand, b.operand, product(*engine, 3, s, a.operand, b.operand));
      MESSAGE(std::string(engine->name) << std::string(scaled ? " scaled" : "") << ": rms error "
                                        << split << ", fp32 " << usual);
      CHECK(split <= usual);
    }
  }
}

TEST_CASE("a row of a product of bfloat16 has the same bits alone, among others, on any thread") {
  const Stored a(61, 700, true, "a"), b(45, 700, true, "b");
  for (const Engine* engine : engines()) {
    const std::vector<real> all = product(*engine, 1, {61, 45, 700}, a.operand, b.operand);
    for (const Index first : {0, 1, 20, 44}) {
      const Threads during(2);
      const std::vector<real> expected(all.begin() + first * 45, all.begin() + (first + 17) * 45);
      CHECK(product(*engine, 1, {17, 45, 700}, a.operand.at(first, 0), b.operand) == expected);
    }
    std::vector<real> turned(45 * 61), back = turned;
    bfloat::multiply(*engine, 1, 45, 61, 700, b.operand, a.operand,
                     {turned.data(), 61, 1, 1.0, 0.0});
    for (Index i = 0; i < 61; ++i) {
      for (Index j = 0; j < 45; ++j) {
        back[static_cast<std::size_t>(i * 45 + j)] = turned[static_cast<std::size_t>(j * 61 + i)];
      }
    }
    CHECK(back == all);
  }
}

TEST_CASE("every number of a product of bfloat16 is finished once, after it is final") {
  for (const Engine* engine : engines()) {
    for (const Size& size : kSizes) {
      const Threads during(2);
      const Stored a(size.m, size.k, false, "a"), b(size.n, size.k, false, "b");
      const std::vector<real> plain = product(*engine, 1, size, a.operand, b.operand);
      std::vector<real> c(plain.size(), real{0}), seen = c;
      std::vector<int> times(c.size(), 0);
      const auto note = [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
          const auto at = static_cast<std::size_t>(i);
          seen[at] = c[at];
          ++times[at];
        }
      };
      bfloat::multiply(*engine, 1, size.m, size.n, size.k, a.operand, b.operand,
                       {c.data(), size.n, 1, 1.0, 0.0, finish_with(note)});
      CHECK(times == std::vector<int>(c.size(), 1));
      CHECK(seen == plain);
    }
  }
}

TEST_CASE("NaN and infinity do not get lost in products of bfloat16") {
  for (const Engine* engine : engines()) {
    for (const int parts : {1, 3}) {
      if (parts == 3 && !engine->splits) continue;
      for (const float bad :
           {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        Stored a(20, 40, true, "a");
        const Stored b(20, 40, true, "b");
        a.numbers[static_cast<std::size_t>(3 * a.operand.row + 7)] = bad;
        const std::vector<real> c = product(*engine, parts, {20, 20, 40}, a.operand, b.operand);
        for (std::size_t i = 0; i < c.size(); ++i) CHECK(std::isfinite(c[i]) == (i / 20 != 3));
      }
    }
  }
}

}  // namespace espalier
