#include "balance/conventions.hpp"

#include <array>
#include <cmath>
#include <numeric>
#include <string_view>

namespace espalier {

namespace {

// w' G w
double squared_norm(std::span<const double> gram, std::span<const double> w) {
  double total = 0.0;
  for (std::size_t s = 0; s < w.size(); ++s) {
    for (std::size_t t = 0; t < w.size(); ++t) total += w[s] * gram[s * w.size() + t] * w[t];
  }
  return total;
}

}  // namespace

void BalanceConventions::fields(Fields& f) {
  static constexpr std::array<std::string_view, 4> kScales = {"native", "sum_to_tasks",
                                                              "sum_to_one", "norm_of_equal"};
  static constexpr std::array<std::string_view, 2> kHeads = {"plain", "weighted"};
  f.word({"scale",
          "native: as the paper writes it; sum_to_tasks, sum_to_one: weights rescaled to "
          "that sum; norm_of_equal: the direction rescaled to the norm of the plain sum"},
         scale, kScales);
  f.word({"heads",
          "what a task's own parameters receive: the gradient of its loss, or that times "
          "its weight"},
         heads, kHeads);
}

void BalanceConventions::apply(std::span<const double> gram, std::span<double> weights) const {
  double factor = 1.0;
  if (scale == "norm_of_equal") {
    const double own = squared_norm(gram, weights);
    const double equal = std::accumulate(gram.begin(), gram.end(), 0.0);  // 1' G 1
    if (own > 0.0 && equal > 0.0) factor = std::sqrt(equal / own);
  } else if (scale != "native") {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    const double wanted = scale == "sum_to_one" ? 1.0 : static_cast<double>(weights.size());
    if (sum != 0.0) factor = wanted / sum;
  }
  for (double& weight : weights) weight *= factor;
}

}  // namespace espalier
