#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "balance/method.hpp"
#include "espalier/gram.hpp"

/// What holds for every method whose weights are a function of the Gram matrix alone.
namespace espalier::test {

using Options = std::map<std::string, Option>;

struct Solved {
  std::vector<double> weights;
  std::string fallback;
};

inline Solved solve_gram(Balancer& method, const std::vector<double>& gram, std::size_t tasks) {
  Solved solved;
  const std::vector<double> losses(tasks, 1.0);
  RandomStream random(1, "balance/test");
  solved.weights.assign(tasks, -7.0);
  method.weigh({.losses = losses, .gram = gram, .random = &random, .fallback = &solved.fallback},
               solved.weights);
  return solved;
}

inline Solved solve_rows(Balancer& method, const Rows& rows) {
  return solve_gram(method, gram_of(rows), rows.size());
}

inline double length(const std::vector<double>& x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

/// sum |w_i| |g_i|: what errors of J'w are measured by.
inline double size_of(const Rows& rows, const std::vector<double>& weights) {
  double size = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) size += std::abs(weights[i]) * length(rows[i]);
  return size;
}

inline Rows scaled(Rows rows, double factor) {
  for (auto& row : rows) {
    for (double& x : row) x *= factor;
  }
  return rows;
}

/// Each row times a number of its own, over `orders` orders of magnitude.
inline Rows scaled_apart(Rows rows, RandomStream& random, double orders) {
  for (auto& row : rows) {
    const double factor = std::pow(10.0, orders * (random.uniform() - 0.5));
    for (double& x : row) x *= factor;
  }
  return rows;
}

/// Random rows of T = 2 to 20, of full rank where `full`, otherwise also of lower, in several
/// scales and with more or less conflict.
template <class Check>
void for_random_rows(std::uint64_t seed, bool full, Check check) {
  RandomStream random(seed, "balance/rows");
  for (const double scale : {1e-10, 1e-3, 1.0, 1e15}) {
    for (const std::size_t tasks : {2U, 3U, 4U, 6U, 9U, 14U, 20U}) {
      for (const std::size_t rank : {2 * tasks, tasks / 2 + 1, std::size_t{1}}) {
        if (full && rank < tasks) continue;
        for (const double common : {0.0, 1.0}) {
          Rows rows = random_rows(random, tasks, 2 * tasks, rank, scale);
          for (auto& row : rows) row[0] += common * scale * static_cast<double>(tasks);
          CAPTURE(scale);
          CAPTURE(tasks);
          CAPTURE(rank);
          check(rows);
        }
      }
    }
  }
}

/// Finite at all scales and ranks, with rows of very different length, with repeated, opposite and
/// zero rows, with G rounded to 32 bits, so that it may have negative eigenvalues, and the same on
/// a second call: nothing is left from call to call.
inline void check_finite(std::string_view name, const Options& options = {}) {
  const auto method = method_named(name, options);
  const auto check = [&](const Rows& rows) {
    const auto weights = solve_rows(*method, rows).weights;
    for (const double weight : weights) CHECK(std::isfinite(weight));
    CHECK(solve_rows(*method, rows).weights == weights);
    auto rounded = gram_of(rows);
    const double unit = gram::trace(rounded, rows.size());
    for (double& product : rounded) {
      if (unit > 0.0) product = unit * static_cast<double>(static_cast<float>(product / unit));
    }
    for (const double weight : solve_gram(*method, rounded, rows.size()).weights) {
      CHECK(std::isfinite(weight));
    }
  };
  RandomStream random(51, "balance/finite");
  for_random_rows(52, false, [&](const Rows& rows) {
    check(rows);
    Rows more = rows;
    more.push_back(rows[0]);
    check(more);
    for (double& x : more.back()) x = -x;
    check(more);
    more.push_back(std::vector<double>(rows[0].size(), 0.0));
    check(more);
  });
  for (const std::size_t tasks : {2U, 5U, 12U}) {
    for (int trial = 0; trial < 10; ++trial) {
      check(scaled_apart(random_rows(random, tasks, 2 * tasks, tasks, 10.0), random, 25.0));
    }
    check(Rows(tasks, {0.0, 0.0}));
  }
}

/// Zero rows get weight 0 and change nothing.
inline void check_zero_rows(std::string_view name, const Options& options = {}) {
  const auto method = method_named(name, options);
  for_random_rows(53, true, [&](const Rows& rows) {
    const auto alone = solve_rows(*method, rows).weights;
    Rows more = rows;
    more.insert(more.begin() + 1, std::vector<double>(rows[0].size(), 0.0));
    more.push_back(std::vector<double>(rows[0].size(), 0.0));
    auto weights = solve_rows(*method, more).weights;
    CHECK(weights.back() == 0.0);
    CHECK(weights[1] == 0.0);
    weights.pop_back();
    weights.erase(weights.begin() + 1);
    CHECK(weights == alone);
  });
  CHECK(solve_rows(*method, {{0, 0}}).weights == std::vector<double>{0});
}

/// Tasks in another order get the same weights.
inline void check_permutation(std::string_view name, const Options& options = {}) {
  const auto method = method_named(name, options);
  for_random_rows(54, true, [&](const Rows& rows) {
    const auto weights = solve_rows(*method, rows).weights;
    Rows turned = rows;
    std::ranges::reverse(turned);
    std::rotate(turned.begin(), turned.begin() + 1, turned.end());
    auto found = solve_rows(*method, turned).weights;
    std::rotate(found.begin(), found.end() - 1, found.end());
    std::ranges::reverse(found);
    const double size = size_of(rows, weights);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      CHECK(std::abs(found[i] - weights[i]) * length(rows[i]) <= 1e-8 * size);
    }
  });
}

/// Gradients times c give weights times c^power.
inline void check_scaling(std::string_view name, double power, const Options& options = {}) {
  const auto method = method_named(name, options);
  for_random_rows(55, true, [&](const Rows& rows) {
    const auto weights = solve_rows(*method, rows).weights;
    const double size = size_of(rows, weights);
    for (const double factor : {1e-3, 7.0}) {
      const auto found = solve_rows(*method, scaled(rows, factor)).weights;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const double error = found[i] / std::pow(factor, power) - weights[i];
        CHECK(std::abs(error) * length(rows[i]) <= 1e-8 * size);
      }
    }
  });
}

/// <g_t, d> >= 0 for all t, as a share of |g_t| and the size of d.
inline void check_non_conflicting(std::string_view name, const Options& options = {},
                                  double tolerance = 1e-10, bool full = false) {
  const auto method = method_named(name, options);
  int conflicts = 0;
  for_random_rows(56, full, [&](const Rows& rows) {
    const auto weights = solve_rows(*method, rows).weights;
    const auto gram = gram_of(rows);
    const double size = size_of(rows, weights);
    const std::vector<double> ones(rows.size(), 1.0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      CHECK(gram::product(gram, i, weights) >= -tolerance * size * length(rows[i]));
      conflicts += gram::product(gram, i, ones) < 0.0 ? 1 : 0;
    }
  });
  CHECK(conflicts > 20);  // the plain sum is in conflict with some task often enough
}

inline void check_weights(const std::vector<double>& found, const std::vector<double>& wanted,
                          double tolerance = 6e-5) {
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - wanted[i]) < tolerance);
}

/// Weights and direction for the published matrix, to 4 decimals.
inline void check_published(std::string_view name, const Options& options,
                            const std::vector<double>& wanted, double factor = 1.0,
                            const std::vector<double>& weights = {}) {
  const auto method = method_named(name, options);
  auto found = solve_rows(*method, kPublished).weights;
  for (double& weight : found) weight *= factor;
  check_weights(direction(kPublished, found), wanted);
  if (!weights.empty()) check_weights(found, weights);
}

}  // namespace espalier::test
