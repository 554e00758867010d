#pragma once

#include <span>

#include "espalier/op.hpp"

namespace espalier {

/// Most inputs and parameters of an op that has parameters; lets the sub-contexts below live on the
/// stack.
inline constexpr std::size_t kMaxInputs = 32;
inline constexpr std::size_t kMaxParameters = 8;

/// Calls `op.parameter_gradient` for the rows of one lane: the gradient of one task's loss.
void lane_gradient(const Op& op, const OpContext& context, const ConstTensor& dy,
                   const LaneRows& lane, std::span<const Sink> sinks);

/// matrix[s, t] += <row s, row t> where row l of `formed` holds the gradient of c.lanes[l].
void add_gram_of_rows(const real* formed, Index numbers, const GramContext& c);

}  // namespace espalier
