// Weights of G / trace are scaled back: G w = w^(-1/a) where w = trace^(-a/(a+1)) w of G / trace.
//
// Without a solution the weights of the rows that cancel would grow without bound. A little on the
// diagonal stops them: in the limit they cancel each other, and the tasks that are not part of the
// conflict still move.
#include "balance/fair_weights.hpp"

#include <cmath>

namespace espalier {

namespace {

constexpr double kDamping = 1e-4;

}  // namespace

bool FairWeights::solve(std::span<const double> gram, double alpha, std::span<double> weights) {
  rows_.read(gram, weights.size());
  const std::size_t tasks = rows_.size();
  own_.resize(tasks);
  if (tasks == 0) {
    rows_.write(own_, 1.0, weights);
    return true;
  }
  const double exponent = alpha / (alpha + 1.0);
  const bool solved = newton_.solve(rows_.gram(), alpha, own_);
  if (!solved) {
    damped_.assign(rows_.gram().begin(), rows_.gram().end());
    for (std::size_t i = 0; i < tasks; ++i) damped_[i * tasks + i] *= 1.0 + kDamping;
    if (!newton_.solve(damped_, alpha, own_)) {  // rows of too different length: each on its own
      for (std::size_t i = 0; i < tasks; ++i) own_[i] = std::pow(rows_.norms()[i], -2.0 * exponent);
    }
  }
  rows_.write(own_, std::pow(rows_.trace(), -exponent), weights);
  return solved;
}

}  // namespace espalier
