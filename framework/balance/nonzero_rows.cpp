#include "balance/nonzero_rows.hpp"

#include <algorithm>
#include <cmath>

#include "espalier/gram.hpp"

namespace espalier {

namespace {

constexpr double kZero = 1e-100;      // share of the trace that a squared norm of zero is below
constexpr double kCancelled = 1e-13;  // share of a squared length that is rounding

}  // namespace

void NonzeroRows::read(std::span<const double> g, std::size_t tasks) {
  trace_ = gram::trace(g, tasks);
  rows_.clear();
  norms_.clear();
  gram_.clear();
  cosines_.clear();
  for (std::size_t i = 0; i < tasks; ++i) {
    const double squared = g[i * tasks + i];
    if (!(squared > kZero * trace_)) continue;
    rows_.push_back(i);
    norms_.push_back(std::sqrt(squared / trace_));
  }
  for (std::size_t i = 0; i < size(); ++i) {
    for (std::size_t j = 0; j < size(); ++j) {
      const double product = g[rows_[i] * tasks + rows_[j]] / trace_;
      gram_.push_back(product);
      cosines_.push_back(i == j ? 1.0 : std::clamp(product / (norms_[i] * norms_[j]), -1.0, 1.0));
    }
  }
}

bool NonzeroRows::cancels(std::span<const double> weights) const {
  double length = 0.0;
  for (std::size_t i = 0; i < size(); ++i) length += std::abs(weights[i]) * norms_[i];
  return gram::squared_norm(gram_, weights) <= kCancelled * length * length;
}

void NonzeroRows::write(std::span<const double> own, double factor,
                        std::span<double> weights) const {
  std::ranges::fill(weights, 0.0);
  for (std::size_t i = 0; i < size(); ++i) weights[rows_[i]] = factor * own[i];
}

}  // namespace espalier
