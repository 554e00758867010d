#include "espalier/balance_conventions.hpp"

#include <array>
#include <cmath>
#include <numeric>
#include <string_view>

#include "espalier/gram.hpp"

namespace espalier {

void BalanceConventions::fields(Fields& f) {
  static constexpr std::array<std::string_view, 4> kScales = {"native", "sum_to_tasks",
                                                              "sum_to_one", "norm_of_equal"};
  static constexpr std::array<std::string_view, 3> kHeads = {"plain", "weighted", "log"};
  static constexpr std::array<std::string_view, 4> kNormalise = {"none", "l2", "loss", "loss_l2"};
  static constexpr std::array<std::string_view, 3> kGram = {"all", "last_layer", "per_layer"};
  f.word({"scale",
          "native: as the paper writes it; sum_to_tasks, sum_to_one: weights rescaled to "
          "that sum; norm_of_equal: the direction rescaled to the norm of the plain sum"},
         scale, kScales);
  f.word({"heads",
          "what a task's own parameters receive: the gradient of its loss (plain), that times its "
          "weight (weighted), or the gradient of the loss's logarithm (log)"},
         heads, kHeads);
  f.word({"normalise",
          "gradients that the method sees and combines: as they are (none), of length 1 (l2), "
          "divided by the loss (loss), or both (loss_l2)"},
         normalise, kNormalise);
  f.word({"gram",
          "parameters that inner products run over: the whole trunk, its last layer, or each "
          "layer on its own with weights of its own"},
         gram, kGram);
  f.number({"clip", "largest norm of the trunk's direction; 0: any"}, clip, {.at_least = 0.0});
  f.number({"smooth", "share of the previous weights that is kept (CR-MOGM); 0: none"}, smooth,
           {.at_least = 0.0, .at_most = 1.0});
  f.integer({"every", "steps from one solution to the next; between them the last weights hold"},
            every, {.at_least = 1});
}

void BalanceConventions::apply_scale(std::span<const double> gram_matrix,
                                     std::span<double> weights) const {
  double factor = 1.0;
  if (scale == "norm_of_equal") {
    const double own = gram::norm(gram_matrix, weights);
    const double equal =
        std::sqrt(std::max(0.0, std::accumulate(gram_matrix.begin(), gram_matrix.end(), 0.0)));
    if (own > 0.0 && equal > 0.0) factor = equal / own;  // equal: |1'J|
  } else if (scale != "native") {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    const double wanted = scale == "sum_to_one" ? 1.0 : static_cast<double>(weights.size());
    if (sum != 0.0) factor = wanted / sum;
  }
  for (double& weight : weights) weight *= factor;
}

double BalanceConventions::clip_factor(double norm) const {
  return clip > 0.0 && norm > clip ? clip / norm : 1.0;
}

}  // namespace espalier
