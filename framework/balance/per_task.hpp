#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>

#include "core/text.hpp"
#include "espalier/error.hpp"

/// What methods that look at one loss for each task have in common.
namespace espalier {

/// Losses below this count as zero where 1 / L or log L is needed: their reciprocals would still be
/// finite here, but not in the 32-bit numbers that the weights multiply.
inline constexpr double kSmallestLoss = 1e-30;

/// Whether L is positive and finite, so that 1 / L and log L can be used.
inline bool has_log(double loss) { return loss >= kSmallestLoss && std::isfinite(loss); }

inline constexpr std::string_view kLossNotPositive =
    "a loss is not above zero, so it has no logarithm: its task has weight 1 in this step";

/// x_i = exp(x_i) / sum exp(x_j)
inline void softmax(std::span<double> x) {
  if (x.empty()) return;
  const double largest = *std::ranges::max_element(x);
  double sum = 0.0;
  for (double& value : x) sum += value = std::exp(value - largest);
  for (double& value : x) value /= sum;
}

/// Refuses a list that does not hold a number for each task of the experiment.
inline void check_count(std::string_view option, std::span<const double> numbers,
                        std::size_t tasks) {
  if (numbers.size() == tasks) return;
  throw ConfigError(
      text::cat("balance.", option, ": expected ", tasks,
                tasks == 1 ? " number, for the one task" : " numbers, one for each task",
                ", found ", numbers.size()));
}

}  // namespace espalier
