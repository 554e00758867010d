#pragma once

#include <cstdint>

#include "tensor/pool_halves.hpp"

namespace espalier {

/// The gradient that reaches the outputs (OH, OW, O) of a convolution: as it is, or as max(0, .)
/// and max pooling (pool_halves.hpp) behind it see it, with the pixel that each number belongs to.
struct OutputGradient {
  const real* dy;                         ///< (N, OH, OW, O), or (N, OH/2, OW/2, O)
  const std::uint8_t* winners = nullptr;  ///< (N, OH/2, OW/2, O); null: not pooled

  bool pooled() const { return winners != nullptr; }
  /// Of the images from number n on, each of `numbers` numbers before pooling.
  OutputGradient from(Index n, Index numbers) const {
    const Index each = pooled() ? numbers / 4 : numbers;
    return {dy + n * each, pooled() ? winners + n * each : nullptr};
  }
  /// One image written out, rows `row` numbers apart. REQUIRES: pooled().
  void spread(const Window& v, Index outputs, real* to, Index row) const {
    pool_halves::spread(pool_halves::over(v, outputs), winners, dy, to, row);
  }
  /// sums (O) = beta sums + alpha sum over `rows` positions before pooling: a bias's gradient.
  ESPALIER_API void channel_sums(Index rows, Index outputs, double alpha, double beta,
                                 real* sums) const;
};

/// Where the outputs of a convolution go: as they are, through max(0, .) and max pooling, or those
/// alone that won there before.
struct OutputPlace {
  real* y;                            ///< (N, OH, OW, O), or (N, OH/2, OW/2, O)
  std::uint8_t* winners = nullptr;    ///< (N, OH/2, OW/2, O): see pool_halves; written
  const std::uint8_t* won = nullptr;  ///< the same, read: y is 0 where nobody won
  bool add = false;                   ///< y +=; not with `winners`

  bool pooled() const { return winners != nullptr || won != nullptr; }
};

}  // namespace espalier
