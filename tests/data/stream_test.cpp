#include "data/stream.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace espalier {

namespace {

std::vector<Index> copy(std::span<const Index> rows) { return {rows.begin(), rows.end()}; }

// The first `steps` steps of an epoch, one after the other.
std::vector<Index> draw(BatchOrder& order, std::uint64_t epoch, std::uint64_t steps) {
  std::vector<Index> all;
  for (std::uint64_t step = 0; step < steps; ++step) {
    const auto rows = order.rows(epoch, step);
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

bool is_permutation_of_rows(std::vector<Index> rows) {
  std::ranges::sort(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] != static_cast<Index>(i)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("an epoch draws every row once") {
  BatchOrder order(1, "letters", 60, 12);
  CHECK(order.steps() == 5);
  const auto first = draw(order, 0, 5);
  CHECK(is_permutation_of_rows(first));
  CHECK_FALSE(std::ranges::is_sorted(first));
  const auto second = draw(order, 1, 5);
  CHECK(is_permutation_of_rows(second));
  CHECK(first != second);
}

TEST_CASE("a short stream goes round in fresh orders") {
  BatchOrder order(1, "letters", 10, 4);
  CHECK(order.steps() == 3);
  const auto drawn = draw(order, 0, 10);
  std::vector<std::vector<Index>> rounds;
  for (std::size_t round = 0; round < 4; ++round) {
    rounds.emplace_back(drawn.begin() + static_cast<std::ptrdiff_t>(round * 10),
                        drawn.begin() + static_cast<std::ptrdiff_t>(round * 10 + 10));
    CHECK(is_permutation_of_rows(rounds.back()));
  }
  CHECK(rounds[0] != rounds[1]);
  CHECK(rounds[1] != rounds[2]);
}

TEST_CASE("a batch may be larger than the stream") {
  BatchOrder order(1, "letters", 3, 8);
  CHECK(order.steps() == 1);
  const auto drawn = copy(order.rows(0, 0));
  CHECK(drawn.size() == 8);
  CHECK(is_permutation_of_rows({drawn.begin(), drawn.begin() + 3}));
  CHECK(is_permutation_of_rows({drawn.begin() + 3, drawn.begin() + 6}));
}

TEST_CASE("a step is a function of seed, name, epoch and step alone") {
  BatchOrder straight(7, "digits", 10, 4);
  const auto all = draw(straight, 2, 9);
  BatchOrder jumping(7, "digits", 10, 4);
  for (const std::uint64_t step : {8U, 0U, 3U, 2U, 5U}) {
    const auto expected = all.begin() + static_cast<std::ptrdiff_t>(4 * step);
    CHECK(copy(jumping.rows(2, step)) == std::vector<Index>(expected, expected + 4));
    jumping.rows(9, step);
  }
  BatchOrder other_seed(8, "digits", 10, 4);
  BatchOrder other_name(7, "letters", 10, 4);
  CHECK(draw(other_seed, 2, 9) != all);
  CHECK(draw(other_name, 2, 9) != all);
}

TEST_CASE("the shorter of two streams changes nothing for the longer") {
  BatchOrder small_batch(7, "digits", 12, 3);
  BatchOrder large_batch(7, "digits", 12, 6);
  CHECK(draw(small_batch, 1, 4) == draw(large_batch, 1, 2));
}

TEST_CASE("gather copies rows of both kinds") {
  ColumnData x;
  x.sample = {2, 1};
  x.reals = {0, 1, 10, 11, 20, 21};
  const std::vector<Index> rows = {2, 0, 2};
  std::vector<real> reals(6);
  gather(x, rows, reals.data());
  CHECK(reals == std::vector<real>{20, 21, 0, 1, 20, 21});

  ColumnData y;
  y.sample = {1};
  y.dtype = Dtype::integer;
  y.integers = {5, -1, 7};
  std::vector<std::int32_t> integers(3);
  gather(y, rows, integers.data());
  CHECK(integers == std::vector<std::int32_t>{7, 5, 7});
}

}  // namespace espalier
