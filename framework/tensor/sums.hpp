#pragma once

#include "espalier/api.hpp"

namespace espalier {

/// sum of term(i) for i in [0, n), in double. Several partial sums run side by side, so that the
/// loop vectorises; the order of additions depends on n alone.
///
/// The terms of a round are written down before they are added: where a term holds a choice
/// (labelled ? x : 0) in double, g++ 12 at -O3 otherwise takes some elements twice and others
/// never.
template <class Term>
double sum_of(Index n, Term term) {
  constexpr Index kLanes = 16;
  double partial[kLanes] = {}, terms[kLanes];
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (Index lane = 0; lane < kLanes; ++lane) terms[lane] = term(i + lane);
    asm volatile("" : : "r"(terms) : "memory");
    for (Index lane = 0; lane < kLanes; ++lane) partial[lane] += terms[lane];
  }
  double total = 0.0;
  for (; i < n; ++i) total += term(i);
  for (const double sum : partial) total += sum;
  return total;
}

}  // namespace espalier
