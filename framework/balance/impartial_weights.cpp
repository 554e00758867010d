// Equal projections, (Gv)_t = |g_t| for all t, in cosines: C (|g| v) = 1. That is solved on C,
// which does not mind gradients of different length; where C has no inverse, v = G+ |g|, the
// solution by least squares, which is reported where it leaves projections unequal. w = v / sum v.
//
// Of two gradients the bisector has equal projections whatever the angle: v_t = 1 / |g_t| up to a
// factor, also where they are so nearly opposite that C has no inverse to speak of.
#include "balance/impartial_weights.hpp"

#include <cmath>

#include "espalier/gram.hpp"

namespace espalier {

namespace {

constexpr std::string_view kOpposite =
    "no direction has equal projections other than zero: weights of the shortest vector";
constexpr double kNothing = 1e-10;  // |g|'G+|g| and 1'C+1 are at least 1/T where they are not zero
constexpr double kNoSum = 1e-12;    // |sum v| as a share of sum |v|
constexpr double kUnequal = 1e-6;   // of (Gv)_t to |g_t|

}  // namespace

std::string_view ImpartialWeights::solve(std::span<const double> gram, std::span<double> weights) {
  rows_.read(gram, weights.size());
  own_.resize(rows_.size());
  if (rows_.size() == 2 && rows_.cosines()[1] < 0.0) return opposite_pair(weights);
  equal_projections();
  double total = 0.0;
  double absolute = 0.0;
  double projection = 0.0;  // v'Gv
  for (std::size_t i = 0; i < own_.size(); ++i) {
    total += own_[i];
    absolute += std::abs(own_[i]);
    projection += own_[i] * rows_.norms()[i];
  }
  std::string_view why;
  if (!own_.empty() && projection <= kNothing) {
    min_norm_.solve(rows_.gram(), own_);
    total = 1.0;
    why = kOpposite;
  } else if (std::abs(total) <= kNoSum * absolute) {
    total = absolute;
    why = "the weights of equal projections add up to zero: scaled by their absolute sum";
  } else if (!equal()) {
    why = "gradients are dependent, and no direction has equal projections: least squares";
  }
  rows_.write(own_, own_.empty() ? 1.0 : 1.0 / total, weights);
  return why;
}

std::string_view ImpartialWeights::opposite_pair(std::span<double> weights) {
  const double first = rows_.norms()[0], second = rows_.norms()[1];
  own_[0] = second / (first + second);
  own_[1] = first / (first + second);
  rows_.write(own_, 1.0, weights);
  return rows_.cosines()[1] <= -1.0 ? kOpposite : std::string_view();
}

bool ImpartialWeights::equal() const {
  for (std::size_t i = 0; i < own_.size(); ++i) {
    const double wanted = rows_.norms()[i];
    if (std::abs(gram::product(rows_.gram(), i, own_) - wanted) > kUnequal * wanted) return false;
  }
  return true;
}

// v, with v'Gv = sum v_t |g_t|.
void ImpartialWeights::equal_projections() {
  const std::size_t tasks = rows_.size();
  right_.assign(tasks, 1.0);
  inverse_.decompose(rows_.cosines(), tasks, solve::kRankCutoff);
  if (inverse_.rank() == tasks) {
    inverse_.apply(right_, own_);
    for (std::size_t i = 0; i < tasks; ++i) own_[i] /= rows_.norms()[i];
  } else {
    right_.assign(rows_.norms().begin(), rows_.norms().end());
    inverse_.decompose(rows_.gram(), tasks, solve::kRankCutoff);
    inverse_.apply(right_, own_);
  }
}

}  // namespace espalier
