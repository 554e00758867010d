#include "experiment/balance_steps.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "balance/weigher.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

std::span<const double> row(const Matrix& rows, std::size_t t) {
  const auto columns = static_cast<std::size_t>(rows.columns);
  return std::span(rows.numbers).subspan(t * columns, columns);
}

// G = J J'. Rows whose square is beyond double are refused.
std::vector<double> gram_of(const Matrix& rows) {
  const auto tasks = static_cast<std::size_t>(rows.rows);
  std::vector<double> gram(tasks * tasks);
  for (std::size_t i = 0; i < tasks; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      const std::span<const double> a = row(rows, i), b = row(rows, j);
      const double product = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
      gram[i * tasks + j] = gram[j * tasks + i] = product;
    }
    if (std::isfinite(gram[i * tasks + i])) continue;
    throw DataError(text::cat("[balance] expected rows whose squares add up to less than 1.8e308, ",
                              "found more in row ", i));
  }
  return gram;
}

// Methods that see single elements work in the numbers of training.
std::vector<real> rounded(const Matrix& rows, const std::string& name) {
  std::vector<real> all;
  all.reserve(rows.numbers.size());
  for (const double x : rows.numbers) {
    all.push_back(static_cast<real>(x));
    if (std::isfinite(all.back())) continue;
    throw DataError(text::cat("[balance] expected numbers within float32, in which '", name,
                              "' works, found ", text::number(x), " in row ",
                              (all.size() - 1) / static_cast<std::size_t>(rows.columns)));
  }
  return all;
}

// J'w
std::vector<double> direction_of(const Matrix& rows, std::span<const double> weights) {
  std::vector<double> direction(static_cast<std::size_t>(rows.columns), 0.0);
  for (std::size_t t = 0; t < weights.size(); ++t) {
    const std::span<const double> g = row(rows, t);
    for (std::size_t k = 0; k < g.size(); ++k) direction[k] += weights[t] * g[k];
  }
  return direction;
}

}  // namespace

BalanceResult balance_steps(Balancer& method, const std::string& name,
                            const BalanceConventions& conventions, const Matrix& rows,
                            const std::vector<double>& losses, Index steps, Index seed) {
  const auto tasks = static_cast<std::size_t>(rows.rows);
  const bool own_direction = method.needs().jacobian;
  const std::vector<double> gram = gram_of(rows);
  std::vector<real> given, direction;
  if (own_direction) given = rounded(rows, name);
  direction.resize(own_direction ? static_cast<std::size_t>(rows.columns) : 0);
  std::vector<std::string> names;
  for (std::size_t t = 0; t < tasks; ++t) names.push_back(std::to_string(t));
  const std::vector<char> present(tasks, 1);

  Weigher weigher(method, name, conventions, names, static_cast<std::uint64_t>(seed));
  weigher.begin({.tasks = tasks, .parameters = direction.size()});
  for (std::uint64_t k = 0; k < static_cast<std::uint64_t>(steps); ++k) {
    const TaskStep step{.losses = losses, .present = present, .gram = gram, .step = k, .epoch = k};
    if (own_direction) {
      std::vector<real> changed = given;  // `normalise` works in place
      weigher.combine(step, {changed.data(), {rows.rows, rows.columns}}, direction);
    } else {
      weigher.weigh(step);
    }
  }

  BalanceResult result;
  const std::span<const double> weights = own_direction ? weigher.weights() : weigher.trunk();
  const bool weighs = std::ranges::all_of(weights, [](double w) { return std::isfinite(w); });
  if (weighs) result.weights.assign(weights.begin(), weights.end());
  if (own_direction) {
    result.direction.assign(direction.begin(), direction.end());
  } else {
    result.direction = direction_of(rows, weights);
  }
  for (std::size_t t = 0; t < tasks; ++t) {
    if (gram[t * tasks + t] == 0.0) result.zero.push_back(t);
  }
  result.fallbacks = weigher.report().fallbacks;
  result.fallback = weigher.report().last_fallback;
  return result;
}

}  // namespace espalier
