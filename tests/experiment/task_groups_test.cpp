#include "experiment/task_groups.hpp"

#include <doctest/doctest.h>

using namespace espalier;

namespace {

using Groups = std::vector<std::vector<std::size_t>>;

// 0 and 2 help each other, 1 and 3 help each other, all else hurts.
constexpr double kPairs[] = {0,    -0.1, 0.4,  -0.2,  //
                             -0.1, 0,    -0.1, 0.3,   //
                             0.4,  -0.1, 0,    -0.2,  //
                             -0.2, 0.3,  -0.2, 0};

}  // namespace

TEST_CASE("a group gains what its tasks give each other on average") {
  const std::size_t all[] = {0, 1, 2}, one[] = {2};
  CHECK(group_gain(kPairs, 4, one) == 0.0);
  CHECK(group_gain(kPairs, 4, all) == doctest::Approx((0.8 - 0.2 - 0.2) / 2));
}

TEST_CASE("tasks that help each other are put together, within the budget") {
  CHECK(best_groups(kPairs, 4, 2) == Groups{{0, 2}, {1, 3}});
  CHECK(best_groups(kPairs, 4, 4) == Groups{{0, 2}, {1, 3}});
  CHECK(best_groups(kPairs, 4, 1) == Groups{{0, 1, 2, 3}});
}

TEST_CASE("tasks that only hurt each other stay alone, those that do nothing stay together") {
  const double hurt[] = {0, -1, -1, 0}, nothing[] = {0, 0, 0, 0};
  CHECK(best_groups(hurt, 2, 2) == Groups{{0}, {1}});
  CHECK(best_groups(nothing, 2, 2) == Groups{{0, 1}});
}
