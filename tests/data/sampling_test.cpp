#include "data/sampling.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "espalier/random.hpp"

namespace espalier {

namespace {

std::vector<Index> rows(const std::vector<Index>& sizes, Index total, double temperature = 1.0) {
  return rows_per_step(sizes, total, temperature);
}

using Rows = std::vector<Index>;

}  // namespace

TEST_CASE("streams of one size give the same rows at every temperature") {
  for (const double t : {0.1, 1.0, 5.0}) CHECK(rows({70, 70, 70}, 192, t) == Rows{64, 64, 64});
}

TEST_CASE("rows are proportional to sizes") {
  CHECK(rows({3000, 1000}, 128) == Rows{96, 32});
  CHECK(rows({1000, 3000}, 128) == Rows{32, 96});
  CHECK(rows({5}, 64) == Rows{64});
}

TEST_CASE("shares are rounded by largest remainder, the first of equals first") {
  // Shares 2.5, 3.75, 3.75: the remainders .75 come before .5.
  CHECK(rows({100, 150, 150}, 10) == Rows{2, 4, 4});
  CHECK(rows({1, 1, 1}, 5) == Rows{2, 2, 1});
  CHECK(rows({1, 1, 2}, 7) == Rows{2, 2, 3});  // shares 1.75, 1.75, 3.5
}

TEST_CASE("every stream gives a row, taken from those that are furthest above their share") {
  CHECK(rows({100000, 10, 10}, 30) == Rows{28, 1, 1});
  CHECK(rows({1000000, 1, 1, 1}, 4) == Rows{1, 1, 1, 1});
  CHECK(rows({500, 499, 1}, 10) == Rows{5, 4, 1});  // shares 5, 4.99, 0.01: two were too many
}

TEST_CASE("temperature flattens the shares, to equal ones in the end") {
  CHECK(rows({4900, 100}, 80, 2.0) == Rows{70, 10});  // 7 : 1
  CHECK(rows({4900, 100}, 80, 1.0) == Rows{78, 2});
  CHECK(rows({4900, 100}, 80, 1e9) == Rows{40, 40});
  CHECK(rows({4900, 100}, 80, 1e-300) == Rows{79, 1});  // all but the smallest share
}

TEST_CASE("rows always add up, and lie within one of their share where it is above one") {
  RandomStream random(1, "sampling");
  for (int i = 0; i < 500; ++i) {
    std::vector<Index> sizes(static_cast<std::size_t>(1 + random.below(8)));
    for (Index& size : sizes) size = 1 + random.below(Index{1} << random.below(20));
    const Index total = static_cast<Index>(sizes.size()) * (1 + random.below(200));
    const auto all = static_cast<double>(std::accumulate(sizes.begin(), sizes.end(), Index{0}));
    const std::vector<Index> given = rows(sizes, total);
    CHECK(std::accumulate(given.begin(), given.end(), Index{0}) == total);
    for (std::size_t s = 0; s < sizes.size(); ++s) {
      const double share = static_cast<double>(sizes[s]) / all * static_cast<double>(total);
      CHECK(given[s] >= 1);
      CHECK(static_cast<double>(given[s]) < std::max(1.0, share) + 1.0);
      CHECK(rows(sizes, total) == given);
    }
  }
}

}  // namespace espalier
