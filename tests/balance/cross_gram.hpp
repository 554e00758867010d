#pragma once

#include "balance/gram_properties.hpp"

namespace espalier::test {

/// One call of `weigh` of a method that is given A = J(2) J(3)', or A u for its own u.
inline std::vector<double> weigh_cross(Balancer& method, const std::vector<double>& cross,
                                       std::size_t n, const std::vector<std::size_t>& tasks = {},
                                       std::size_t all = 0) {
  std::vector<double> weights(n, -7.0), product;
  BalanceStep step{.cross_gram = cross, .tasks = tasks, .all_tasks = all};
  if (method.needs().cross_product) {
    std::vector<double> u(n, -7.0);
    step.cross_gram = {};
    method.probe(step, u);
    product = times(cross, u);
    step.cross_product = product;
  }
  method.weigh(step, weights);
  return weights;
}

/// Weights on the simplex for A of two random batches, of all scales, and for A of zeros.
inline void check_simplex(std::string_view name) {
  RandomStream random(171, "rows");
  for (const double scale : {1e-10, 1.0, 1e15}) {
    for (const std::size_t n : {1U, 2U, 5U, 20U}) {
      const auto method = method_named(name);
      for (int step = 0; step < 6; ++step) {
        const Rows second = random_rows(random, n, n + 2, n + 2, scale);
        const Rows third = random_rows(random, n, n + 2, n + 2, step == 5 ? 0.0 : scale);
        std::vector<double> cross;
        for (const auto& a : second) {
          for (const auto& b : third) {
            cross.push_back(std::inner_product(a.begin(), a.end(), b.begin(), 0.0));
          }
        }
        const auto w = weigh_cross(*method, cross, n);
        CHECK(*std::ranges::min_element(w) >= 0.0);
        CHECK(std::accumulate(w.begin(), w.end(), 0.0) == doctest::Approx(1.0));
      }
    }
  }
}

/// Tasks that are not at hand keep their weights; state is restored bit for bit.
inline void check_state(std::string_view name) {
  const auto method = method_named(name);
  CHECK_FALSE(method->needs().gram);
  CHECK(method->needs().cross_gram != method->needs().cross_product);
  CHECK(method->needs().batches == 3);
  CHECK_FALSE(method->layerwise());
  weigh_cross(*method, {0.4, 0.1, 0.0, 0.3, 0.2, 0.1, -0.1, 0.2, 0.3}, 3);
  const auto before = method->state();
  weigh_cross(*method, {0.5, 0.1, 0.2, 0.1}, 2, {0, 2}, 3);
  const auto after = method->state();
  REQUIRE(after.size() == 3);
  CHECK(after[1] == before[1]);
  CHECK(after[0] != before[0]);
  CHECK(after[0] + after[1] + after[2] == doctest::Approx(1.0));

  const auto resumed = method_named(name);
  resumed->begin({.tasks = 3});
  resumed->restore(after);
  const std::vector<double> cross = {1, -0.5, 0.2, 0.1, 2, 0.3, 0, 0.4, 0.7};
  for (int k = 0; k < 3; ++k)
    CHECK(weigh_cross(*resumed, cross, 3) == weigh_cross(*method, cross, 3));
  CHECK(resumed->state() == method->state());
}

}  // namespace espalier::test
