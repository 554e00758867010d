#pragma once

#include <span>

#include "core/parallel.hpp"
#include "espalier/op.hpp"

namespace espalier {

/// Most inputs and parameters of an op that has parameters; lets the sub-contexts below live on the
/// stack.
inline constexpr std::size_t kMaxInputs = 32;
inline constexpr std::size_t kMaxParameters = 8;

/// Calls `op.parameter_gradient` for the rows of one lane: the gradient of one task's loss.
void lane_gradient(const Op& op, const OpContext& context, const ConstTensor& dy,
                   const LaneRows& lane, std::span<const Sink> sinks);

/// matrix[s, t] += product, and matrix[t, s].
inline void add_product(const GramContext& c, const LaneRows& s, const LaneRows& t,
                        double product) {
  const auto i = static_cast<Index>(s.lane), j = static_cast<Index>(t.lane);
  c.matrix[static_cast<std::size_t>(i * c.stride + j)] += product;
  if (i != j) c.matrix[static_cast<std::size_t>(j * c.stride + i)] += product;
}

/// f(s, t) for lanes 0 <= s <= t < `lanes`, each pair once, on threads where products of `numbers`
/// numbers are worth them: pairs have places of their own in the matrix.
template <class F>
void for_pairs(std::size_t lanes, Index numbers, F&& f) {
  const auto pairs = static_cast<Index>(lanes * (lanes + 1) / 2);
  parallel::for_rows(pairs, numbers, [&](Index begin, Index end) {
    std::size_t t = 0;
    for (Index p = begin; p < end; ++p) {
      const auto at = static_cast<std::size_t>(p);
      while ((t + 1) * (t + 2) / 2 <= at) ++t;
      f(at - t * (t + 1) / 2, t);
    }
  });
}

/// matrix[s, t] += <row s, row t> where row l of `formed` holds the gradient of c.lanes[l].
void add_gram_of_rows(const real* formed, Index numbers, const GramContext& c);

}  // namespace espalier
