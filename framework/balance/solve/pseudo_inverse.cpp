// A+ = sum over the eigenvalues l_k that are not zero of v_k v_k' / l_k
#include "balance/solve/pseudo_inverse.hpp"

#include <algorithm>
#include <numeric>

namespace espalier::solve {

void PseudoInverse::decompose(std::span<const double> matrix, std::size_t n, double cutoff) {
  eigen_.decompose(matrix, n);
  const auto values = eigen_.values();
  rank_ = 0;
  while (rank_ < n && values[rank_] > std::max(0.0, cutoff * values[0])) ++rank_;
}

void PseudoInverse::apply(std::span<const double> b, std::span<double> x) const {
  std::ranges::fill(x, 0.0);
  for (std::size_t k = 0; k < rank_; ++k) {
    const auto v = eigen_.vector(k);
    const double amount =
        std::inner_product(v.begin(), v.end(), b.begin(), 0.0) / eigen_.values()[k];
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += amount * v[i];
  }
}

}  // namespace espalier::solve
