#include "balance/steps.hpp"

using namespace espalier;
using test::Outcome;
using test::Rows;
using test::Steps;

TEST_CASE("trimmed_mean drops the extremes of each parameter") {
  const Rows rows = {{1, 9, -5}, {2, -4, 100}, {30, 3, 0}, {4, 1, -1}};
  Steps method("trimmed_mean");
  const Outcome out = method.combine(rows);
  // (2 + 4) / 2, (1 + 3) / 2, (-1 + 0) / 2
  CHECK(out.direction == std::vector<double>{3, 2, -0.5});
  CHECK(out.fallback.empty());
  CHECK(std::isnan(out.weights[0]));
  // trim 0: the plain mean, 37/4, 9/4, 94/4
  CHECK(Steps("trimmed_mean", {{"trim", Index{0}}}).combine(rows).direction ==
        std::vector<double>{9.25, 2.25, 23.5});
}

TEST_CASE("trimmed_mean does not depend on the order of the tasks or on one wild gradient") {
  RandomStream numbers(3, "trimmed_mean");
  for (int k = 0; k < 20; ++k) {
    Rows rows = test::random_rows(numbers, 5, 7, 5);
    Steps method("trimmed_mean");
    const auto wanted = method.combine(rows).direction;
    std::rotate(rows.begin(), rows.begin() + 2, rows.end());
    std::swap(rows[0], rows[3]);
    test::check_near(method.combine(rows).direction, wanted, 1e-6);
    auto bounded = rows;
    for (double& x : bounded[1]) x = 1e12;
    const auto d = method.combine(bounded).direction;
    for (std::size_t i = 0; i < d.size(); ++i) CHECK(std::abs(d[i]) < 10);
  }
}

TEST_CASE("trimmed_mean drops fewer where fewer tasks are at hand, and says so") {
  Steps method("trimmed_mean", {{"trim", Index{2}}}, 4);
  CHECK(method.combine({{1}, {2}, {9}}, {}, {0, 1, 3}).direction == std::vector<double>{2});
  CHECK(method.combine({{1}, {2}, {6}, {9}}).direction == std::vector<double>{4});
  CHECK(method.combine({{1}, {9}}, {}, {2, 3}).direction == std::vector<double>{5});
  const Outcome one = method.combine({{7}}, {}, {2});
  CHECK(one.direction == std::vector<double>{7});
  CHECK(one.fallback.find("fewer than") != std::string::npos);
  test::check_finite("trimmed_mean", {}, true);
}
