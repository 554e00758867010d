#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "balance/solve/linear_solve.hpp"

namespace espalier::solve {

/// min v'Gv over v >= u. J'v is the projection of J'u on {x: Jx >= 0}, the directions in which no
/// task loses; a solution has v >= u, Gv >= 0 and (v - u)'Gv = 0. Buffers are kept.
class ESPALIER_API DualCone {
 public:
  /// Writes v; G (n, n) row-major, positive semidefinite, of any scale.
  void solve(std::span<const double> gram, std::span<const double> lower, std::span<double> v);
  /// The same from a given v >= u, by coordinate descent: what `solve` ends with where rounding
  /// stops the active set.
  void descend(std::span<const double> gram, std::span<const double> lower, std::span<double> v);

 private:
  bool active_set(std::span<const double> gram, std::span<const double> lower, std::span<double> v);
  bool minimise_free(std::span<const double> gram, std::span<const double> lower,
                     std::span<double> v);
  std::size_t violated(std::span<const double> gram, std::span<const double> lower,
                       std::span<const double> v) const;

  std::vector<std::size_t> free_;  // where v may exceed u
  std::vector<double> matrix_;
  std::vector<double> excess_;  // v - u on the free
  Cholesky cholesky_;
};

}  // namespace espalier::solve
