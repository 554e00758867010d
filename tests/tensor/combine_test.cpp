#include "tensor/combine.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "espalier/random.hpp"

using namespace espalier;

namespace {

/// Three arrays of `count` numbers.
struct Arrays {
  std::array<std::vector<real>, 3> x;
  std::array<const real*, 3> pointers{};

  explicit Arrays(std::size_t count) {
    RandomStream random(5, "x");
    for (std::size_t t = 0; t < 3; ++t) {
      for (std::size_t i = 0; i < count; ++i) x[t].push_back(static_cast<real>(random.normal()));
      pointers[t] = x[t].data();
    }
  }
  double at(std::size_t t, std::size_t i) const { return static_cast<double>(x[t][i]); }
  double mean(std::size_t i) const { return (at(0, i) + at(1, i) + at(2, i)) / 3.0; }
};

doctest::Approx about(double wanted) { return doctest::Approx(wanted).epsilon(1e-5).scale(1.0); }

constexpr double kC[9] = {0.5, -1.0, 2.0, 0.25, 1.5, -0.5, 3.0, 0.0, 1.0};

}  // namespace

// 5: less than a vector; 333: some groups of vectors, some vectors, some numbers; 20011: two pieces
TEST_CASE("combinations of arrays go into arrays of their own, or into the arrays themselves") {
  for (const std::size_t count : {5U, 333U, 20011U}) {
    for (const bool each : {false, true}) {
      CAPTURE(count);
      CAPTURE(each);
      const Arrays old(count);
      Arrays now(count);
      std::vector<real> own(count, real{1e30F});
      const std::array<combine::Into, 3> into = {combine::Into{now.x[0].data(), -0.5, 0.75},
                                                 {own.data(), 2.0, 0.0},
                                                 {now.x[2].data(), 1.0, 1.0}};
      const auto n = static_cast<Index>(count);
      if (each) {
        combine::combinations(n, now.pointers, kC, into);
      } else {
        combine::differences(n, now.pointers, into);
      }
      const auto wanted = [&](std::size_t t, std::size_t i) {
        if (!each) return old.at(t, i) - old.mean(i);
        return kC[3 * t] * old.at(0, i) + kC[3 * t + 1] * old.at(1, i) +
               kC[3 * t + 2] * old.at(2, i);
      };
      for (std::size_t i = 0; i < count; ++i) {
        CHECK(now.at(0, i) == about(0.75 * old.at(0, i) - 0.5 * wanted(0, i)));
        CHECK(now.x[1][i] == old.x[1][i]);
        CHECK(static_cast<double>(own[i]) == about(2.0 * wanted(1, i)));
        CHECK(now.at(2, i) == about(old.at(2, i) + wanted(2, i)));
      }
    }
  }
}

// 3 rows of 37 numbers in steps of 50: vectors and numbers; 32: vectors alone
TEST_CASE("differences of a block are those of the whole, and nothing else moves") {
  for (const std::size_t arrays : {2U, 3U}) {
    for (const Index columns : {37, 32, 1}) {
      for (const double beta : {1.0, 0.75, 0.0}) {
        CAPTURE(arrays);
        CAPTURE(columns);
        CAPTURE(beta);
        const NumberBlock block = {.first = 11, .rows = 3, .row = 50, .columns = columns};
        const Arrays old(200);
        Arrays now(200);
        std::vector<real> own(200, real{0.5});
        const std::array<combine::Into, 3> into = {combine::Into{now.x[0].data(), -0.5, 0.75},
                                                   {own.data(), 2.0, beta},
                                                   {now.x[2].data(), 1.0, 1.0}};
        combine::differences(block, std::span(now.pointers).first(arrays),
                             std::span(into).first(arrays));
        for (std::size_t i = 0; i < 200; ++i) {
          const auto behind = static_cast<Index>(i) - block.first;
          const bool inside = behind >= 0 && behind < 150 && behind % 50 < columns;
          const double mean = arrays == 3 ? old.mean(i) : (old.at(0, i) + old.at(1, i)) / 2.0;
          const auto apart = [&](std::size_t t) { return inside ? old.at(t, i) - mean : 0.0; };
          const double kept = inside ? 0.75 : 1.0;
          CHECK(now.at(0, i) == about(kept * old.at(0, i) - 0.5 * apart(0)));
          CHECK(now.x[1][i] == old.x[1][i]);
          CHECK(static_cast<double>(own[i]) == about((inside ? beta : 1.0) * 0.5 + 2.0 * apart(1)));
          CHECK(now.at(2, i) == about(old.at(2, i) + (arrays == 3 ? apart(2) : 0.0)));
        }
      }
    }
  }
}

TEST_CASE("inner products of arrays with each other and themselves") {
  for (const std::size_t count : {5U, 333U, 20011U}) {
    CAPTURE(count);
    const Arrays a(count);
    std::vector<double> gram(9, 7.0);
    combine::inner_products(static_cast<Index>(count), a.pointers, gram);
    for (std::size_t s = 0; s < 3; ++s) {
      for (std::size_t t = 0; t < 3; ++t) {
        double wanted = 0.0;
        for (std::size_t i = 0; i < count; ++i) wanted += a.at(s, i) * a.at(t, i);
        CHECK(gram[3 * s + t] == doctest::Approx(wanted).epsilon(1e-4).scale(1.0));
      }
    }
  }
}
