#pragma once

#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "balance/balancer.hpp"
#include "core/set_fields.hpp"

/// A balancing method on a given Jacobian, without a model.
namespace espalier::test {

using Rows = std::vector<std::vector<double>>;

/// The matrix that the methods' published values are for (docs of TorchJD).
inline const Rows kPublished = {{-4, 1, 1}, {6, 1, 1}};

inline std::vector<double> gram_of(const Rows& rows) {
  std::vector<double> gram;
  for (const auto& s : rows) {
    for (const auto& t : rows) {
      gram.push_back(std::inner_product(s.begin(), s.end(), t.begin(), 0.0));
    }
  }
  return gram;
}

/// J'w
inline std::vector<double> direction(const Rows& rows, const std::vector<double>& weights) {
  std::vector<double> sum(rows[0].size(), 0.0);
  for (std::size_t t = 0; t < rows.size(); ++t) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weights[t] * rows[t][i];
  }
  return sum;
}

inline std::unique_ptr<Balancer> method_named(std::string_view name,
                                              const std::map<std::string, Option>& options = {}) {
  return make(balancer_table(), name, options);
}

/// One call of `weigh`; losses default to 1.
inline std::vector<double> weights_of(Balancer& method, const Rows& rows,
                                      std::vector<double> losses = {},
                                      RandomStream random = {1, "balance/test"}) {
  if (losses.empty()) losses.assign(rows.size(), 1.0);
  const std::vector<double> gram = gram_of(rows);
  std::vector<double> weights(rows.size(), -7.0);
  method.weigh({.losses = losses, .gram = gram, .random = &random}, weights);
  return weights;
}

/// Normal rows of `columns` numbers that span at most `rank` dimensions, times `scale`.
inline Rows random_rows(RandomStream& random, std::size_t tasks, std::size_t columns,
                        std::size_t rank, double scale = 1.0) {
  Rows basis(rank, std::vector<double>(columns));
  for (auto& row : basis) {
    for (double& x : row) x = random.normal();
  }
  Rows rows(tasks, std::vector<double>(columns, 0.0));
  for (auto& row : rows) {
    for (const auto& direction : basis) {
      const double amount = scale * random.normal();
      for (std::size_t i = 0; i < columns; ++i) row[i] += amount * direction[i];
    }
  }
  return rows;
}

/// A u, A (n, n) row-major.
inline std::vector<double> times(const std::vector<double>& a, const std::vector<double>& u) {
  std::vector<double> product;
  for (std::size_t i = 0; i < u.size(); ++i) {
    product.push_back(std::inner_product(
        u.begin(), u.end(), a.begin() + static_cast<std::ptrdiff_t>(i * u.size()), 0.0));
  }
  return product;
}

}  // namespace espalier::test
