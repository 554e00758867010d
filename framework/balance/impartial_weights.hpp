#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "balance/nonzero_rows.hpp"
#include "balance/solve/min_norm.hpp"
#include "balance/solve/pseudo_inverse.hpp"

namespace espalier {

/// IMTL-G: weights of sum 1 such that the direction has the same projection on every gradient.
class ImpartialWeights {
 public:
  /// Where there are no such weights, writes others and returns a sentence about it; otherwise
  /// nothing.
  std::string_view solve(std::span<const double> gram, std::span<double> weights);

 private:
  void equal_projections();
  bool equal() const;
  std::string_view opposite_pair(std::span<double> weights);

  NonzeroRows rows_;
  solve::PseudoInverse inverse_;
  solve::MinNorm min_norm_;
  std::vector<double> right_;
  std::vector<double> own_;
};

}  // namespace espalier
