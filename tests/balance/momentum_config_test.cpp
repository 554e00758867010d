#include "balance/steps.hpp"

using namespace espalier;
using test::Outcome;
using test::Rows;
using test::Steps;

namespace {

double length(const std::vector<double>& x) { return std::sqrt(test::gram_of({x})[0]); }

double inner(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<double> unit(std::vector<double> x) {
  const double l = length(x);
  for (double& value : x) value /= l;
  return x;
}

// The authors' closed form for two vectors: each one's part off the other, of equal length; as long
// as both gradients' projections on it together.
std::vector<double> config_of_two(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> off_b = a, off_a = b, sum;
  for (std::size_t i = 0; i < a.size(); ++i) {
    off_b[i] -= inner(a, unit(b)) * unit(b)[i];
    off_a[i] -= inner(b, unit(a)) * unit(a)[i];
  }
  for (std::size_t i = 0; i < a.size(); ++i) sum.push_back(unit(off_a)[i] + unit(off_b)[i]);
  sum = unit(sum);
  const double along = inner(a, sum) + inner(b, sum);
  for (double& x : sum) x *= along;
  return sum;
}

// d of the last step: its momentum is the first row of the second block, d (1 - beta1^k).
std::vector<double> inner_direction(Steps& steps) {
  const auto rows = steps.method->blocks()[1].value;
  const auto row = rows.rows(0, 1).span();
  std::vector<double> d(row.begin(), row.end());
  for (double& x : d) x /= 1 - std::pow(0.9, static_cast<double>(steps.step));
  return d;
}

}  // namespace

TEST_CASE("momentum_config starts from the published direction of ConFIG") {
  Steps method("momentum_config", {}, 2, 3);
  const Outcome out = method.combine(test::kPublished);
  const auto d = inner_direction(method);
  CHECK(d[0] == doctest::Approx(0.1588).epsilon(1e-3));
  CHECK(d[1] == doctest::Approx(2.0706).epsilon(1e-4));
  CHECK(d[2] == doctest::Approx(2.0706).epsilon(1e-4));
  // The second moment of one direction is its square: what comes out are signs, as with Adam.
  test::check_near(out.direction, {1, 1, 1}, 1e-6);
  CHECK(std::isnan(out.weights[0]));
}

TEST_CASE("momentum_config follows algorithm 2") {
  Steps method("momentum_config", {}, 2, 4);
  RandomStream numbers(3, "momentum_config");
  Rows m(2, std::vector<double>(4, 0.0));
  std::vector<double> before(4, 0.0), second(4, 0.0), counts(2, 0.0);
  for (int k = 1; k <= 25; ++k) {
    const Rows rows = test::random_rows(numbers, 2, 4, 4);
    // Every third step only has task 1, as in the paper's one gradient a step.
    std::vector<std::size_t> tasks = {0, 1};
    if (k % 3 == 0) tasks = {1};
    Rows given;
    for (const std::size_t t : tasks) {
      given.push_back(rows[t]);
      counts[t] += 1;
      for (std::size_t c = 0; c < 4; ++c) m[t][c] = 0.9 * m[t][c] + 0.1 * rows[t][c];
    }
    Rows hat = m;
    for (std::size_t t = 0; t < 2; ++t) {
      for (double& x : hat[t]) x /= 1 - std::pow(0.9, counts[t]);
    }
    const auto d = config_of_two(hat[0], hat[1]);
    const Outcome out = method.combine(given, {}, tasks);
    for (std::size_t c = 0; c < 4; ++c) {
      CAPTURE(k);
      const double f = d[c] * (1 - std::pow(0.9, k));
      const double g = (f - 0.9 * before[c]) / 0.1;
      before[c] = f;
      second[c] = 0.999 * second[c] + 0.001 * g * g;
      const double wanted = d[c] / (std::sqrt(second[c] / (1 - std::pow(0.999, k))) + 1e-8);
      CHECK(std::abs(out.direction[c] - wanted) < 1e-4);
    }
  }
}

TEST_CASE("momentum_config's inner direction has the same cosine with every momentum") {
  RandomStream numbers(7, "momentum_config");
  for (const std::size_t tasks : {3U, 6U}) {
    for (int k = 0; k < 10; ++k) {
      Steps method("momentum_config", {}, tasks, 8);
      const Rows rows = test::random_rows(numbers, tasks, 8, 8);
      method.combine(rows);
      const auto d = inner_direction(method);
      double along = 0.0;
      for (const auto& row : rows) {
        CHECK(inner(unit(row), unit(d)) ==
              doctest::Approx(inner(unit(rows[0]), unit(d))).epsilon(1e-4));
        CHECK(inner(row, d) > 0.0);
        along += inner(row, unit(d));
      }
      CHECK(length(d) == doctest::Approx(along).epsilon(1e-4));
    }
  }
}

TEST_CASE("momentum_config takes equal, opposite and zero gradients") {
  Steps equal("momentum_config", {}, 2, 2);
  equal.combine({{3, 4}, {6, 8}});
  test::check_near(inner_direction(equal), {9, 12}, 1e-5);  // |d| = 5 + 10
  // The first two differ by rounding, which must not be a demand of its own: d is along
  // (1, 0, 0) + (0, 0.6, 0.8), not (1, 0, 1.25).
  Steps rounding("momentum_config", {}, 3, 3);
  rounding.combine({{1, 0, 0}, {1, 1e-7, 0}, {0, 0.6, 0.8}});
  test::check_near(unit(inner_direction(rounding)), unit({1, 0.6, 0.8}), 1e-5);
  Steps opposite("momentum_config", {}, 2, 2);
  const Outcome out = opposite.combine({{3, 4}, {-6, -8}});
  CHECK(out.direction == std::vector<double>{0, 0});
  CHECK(out.fallback.find("cancel") != std::string::npos);
  Steps zero("momentum_config", {}, 2, 2);
  CHECK(zero.combine({{0, 0}, {3, -4}}).fallback.empty());
  test::check_near(inner_direction(zero), {3, -4}, 1e-5);
  Steps none("momentum_config", {}, 2, 2);
  CHECK(none.combine({{0, 0}, {0, 0}}).direction == std::vector<double>{0, 0});
}

TEST_CASE("momentum_config of one task is Adam, and goes on with the tasks seen so far") {
  Steps one("momentum_config", {}, 1, 1), some("momentum_config", {}, 3, 1);
  double m = 0.0, v = 0.0;
  for (int k = 1; k <= 10; ++k) {
    const double g = 2 + std::sin(k);
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const double wanted =
        m / (1 - std::pow(0.9, k)) / (std::sqrt(v / (1 - std::pow(0.999, k))) + 1e-8);
    CHECK(one.combine({{g}}).direction[0] == doctest::Approx(wanted).epsilon(1e-4));
    CHECK(some.combine({{g}}, {}, {2}).direction[0] == doctest::Approx(wanted).epsilon(1e-4));
  }
}

TEST_CASE("momentum_config resumes and is finite at every scale") {
  test::check_resumes([] { return Steps("momentum_config", {}, 2, 2); },
                      [](Steps& s, int k) {
                        return s.combine({{1.0 + k, 2}, {1.0, -1.0 - k % 3}});
                      });
  test::check_finite("momentum_config", {}, true);
}
