#include "tensor/output_gradient.hpp"

#include "tensor/column_sums.hpp"
#include "tensor/matrix.hpp"
#include "tensor/pool_vectors.hpp"

namespace espalier {

void OutputGradient::channel_sums(Index rows, Index outputs, double alpha, double beta,
                                  real* sums) const {
  if (!pooled()) {
    matrix::column_sums(dy, rows, outputs, alpha, beta, sums);
    return;
  }
  const auto load = [this](Index i) {
    const simd::Vector none = {};
    return pool_halves::winners_of(winners + i) == simd::Mask{} + pool_halves::kNobody
               ? none
               : simd::load(dy + i);
  };
  const auto at = [this](Index i) { return winners[i] == pool_halves::kNobody ? real{0} : dy[i]; };
  sum_columns(rows / 4, outputs, load, at, alpha, beta, sums);
}

}  // namespace espalier
