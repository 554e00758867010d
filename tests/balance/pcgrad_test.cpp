#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "balance/balancer.hpp"
#include "core/set_fields.hpp"

using namespace espalier;

namespace {

using Rows = std::vector<std::vector<double>>;

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<double> gram_of(const Rows& rows) {
  std::vector<double> gram;
  for (const auto& s : rows) {
    for (const auto& t : rows) gram.push_back(dot(s, t));
  }
  return gram;
}

std::vector<double> weights_of(const Rows& rows, RandomStream random = {1, "balance/pcgrad"}) {
  const auto method = test::make(balancer_table(), "pcgrad");
  CHECK(method->needs().gram);
  CHECK_FALSE(method->needs().losses);
  const std::vector<double> gram = gram_of(rows);
  std::vector<double> weights(rows.size(), -7.0);
  method->weigh({.losses = {}, .gram = gram, .random = &random}, weights);
  return weights;
}

std::vector<double> direction(const Rows& rows, const std::vector<double>& weights) {
  std::vector<double> sum(rows[0].size(), 0.0);
  for (std::size_t t = 0; t < rows.size(); ++t) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weights[t] * rows[t][i];
  }
  return sum;
}

// Algorithm 1 of Yu et al. 2020 on the vectors themselves, drawing the orders as the method does.
std::vector<double> on_vectors(const Rows& rows, RandomStream random) {
  std::vector<double> sum(rows[0].size(), 0.0);
  std::vector<Index> order(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::iota(order.begin(), order.end(), Index{0});
    shuffle(order, random);
    std::vector<double> p = rows[i];
    for (const Index drawn : order) {
      const auto& other = rows[static_cast<std::size_t>(drawn)];
      if (static_cast<std::size_t>(drawn) == i) continue;
      const double product = dot(p, other);
      if (product >= 0.0) continue;
      const double factor = product / dot(other, other);
      for (std::size_t k = 0; k < p.size(); ++k) p[k] -= factor * other[k];
    }
    for (std::size_t k = 0; k < p.size(); ++k) sum[k] += p[k];
  }
  return sum;
}

}  // namespace

TEST_CASE("pcgrad gives the published weights") {
  const Rows rows = {{-4, 1, 1}, {6, 1, 1}};
  const std::vector<double> weights = weights_of(rows);
  CHECK(weights[0] == doctest::Approx(2.2222).epsilon(1e-4));
  CHECK(weights[1] == doctest::Approx(1.5789).epsilon(1e-4));
  const std::vector<double> d = direction(rows, weights);
  CHECK(d[0] == doctest::Approx(0.5848).epsilon(1e-3));
  CHECK(d[1] == doctest::Approx(3.8012).epsilon(1e-4));
  CHECK(d[2] == doctest::Approx(3.8012).epsilon(1e-4));
}

TEST_CASE("pcgrad leaves tasks that agree alone") {
  CHECK(weights_of({{1, 0, 2}, {3, 1, 0}, {0, 0, 1}}) == std::vector<double>{1, 1, 1});
  CHECK(weights_of({{2, 0}, {0, 3}}) == std::vector<double>{1, 1});
}

TEST_CASE("pcgrad of one task is the task") {
  CHECK(weights_of({{3, -4}}) == std::vector<double>{1});
  CHECK(weights_of({{0, 0}}) == std::vector<double>{1});
}

TEST_CASE("pcgrad survives zero gradients") {
  const std::vector<double> weights = weights_of({{0, 0, 0}, {-4, 1, 1}, {6, 1, 1}, {0, 0, 0}});
  CHECK(weights[0] == 1.0);
  CHECK(weights[3] == 1.0);
  CHECK(weights[1] == doctest::Approx(2.2222).epsilon(1e-4));
  CHECK(weights[2] == doctest::Approx(1.5789).epsilon(1e-4));
}

TEST_CASE("pcgrad of opposite tasks stands still") {
  const std::vector<double> d = direction({{1, 2}, {-1, -2}}, weights_of({{1, 2}, {-1, -2}}));
  CHECK(std::abs(d[0]) < 1e-12);
  CHECK(std::abs(d[1]) < 1e-12);
}

TEST_CASE("pcgrad on G equals pcgrad on the vectors with the same orders") {
  RandomStream numbers(3, "rows");
  int conflicts = 0;
  for (const std::size_t tasks : {3U, 5U}) {
    for (std::uint64_t trial = 0; trial < 40; ++trial) {
      Rows rows(tasks, std::vector<double>(4));
      for (auto& row : rows) {
        for (double& x : row) x = numbers.normal();
      }
      const RandomStream random(trial, "balance/pcgrad");
      const std::vector<double> found = direction(rows, weights_of(rows, random));
      const std::vector<double> wanted = on_vectors(rows, random);
      for (std::size_t k = 0; k < found.size(); ++k) {
        CHECK(found[k] == doctest::Approx(wanted[k]).epsilon(1e-9).scale(1.0));
      }
      conflicts += weights_of(rows, random) != std::vector<double>(tasks, 1.0) ? 1 : 0;
    }
  }
  CHECK(conflicts > 40);
}

TEST_CASE("pcgrad draws its orders from its stream") {
  const Rows rows = {{1, 0.2, -0.9}, {-1, 0.3, 0.1}, {0.3, -1, 0.2}, {0.1, 0.4, -1}};
  std::vector<std::vector<double>> seen;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const RandomStream random(seed, "balance/pcgrad");
    CHECK(weights_of(rows, random) == weights_of(rows, random));
    seen.push_back(weights_of(rows, random));
  }
  std::ranges::sort(seen);
  CHECK(std::unique(seen.begin(), seen.end()) - seen.begin() > 1);
}
