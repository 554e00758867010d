#include "autograd/ops/same_rows.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "espalier/op.hpp"

using namespace espalier;

TEST_CASE("runs of the same rows are taken in even parts") {
  // Two runs of rows of their own, five of the same, one of as many others.
  std::vector<Run> runs;
  const Index values[] = {0, 4, 8, 8, 8, 8, 8, 12};
  for (const Index value : values) runs.push_back({.rows = 4, .value_row = value});
  runs[0].rows = 3;
  const std::span<const Run> all = runs;
  const std::size_t begins[] = {0, 1, 2, 2, 2, 5, 5, 7}, sizes[] = {1, 1, 3, 3, 3, 2, 2, 1};
  for (std::size_t k = 0; k < all.size(); ++k) {
    CAPTURE(k);
    const std::span<const Run> part = with_same_rows(all, k, 4);
    CHECK(part.data() == &all[begins[k]]);
    CHECK(part.size() == sizes[k]);
  }
  CHECK(with_same_rows(all, 4, 8).size() == 5);
  CHECK(with_same_rows(all, 4, 1).size() == 1);
}
