#pragma once

#include "espalier/api.hpp"

namespace espalier {

/// sum of term(i) for i in [0, n), in double. Several partial sums run side by side, so that the
/// loop vectorises; the order of additions depends on n alone.
template <class Term>
double sum_of(Index n, Term term) {
  constexpr Index kLanes = 16;
  double partial[kLanes] = {};
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (Index lane = 0; lane < kLanes; ++lane) partial[lane] += term(i + lane);
  }
  double total = 0.0;
  for (; i < n; ++i) total += term(i);
  for (const double sum : partial) total += sum;
  return total;
}

}  // namespace espalier
