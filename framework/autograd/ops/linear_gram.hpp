#pragma once

#include "espalier/op.hpp"

namespace espalier {

/// The Gram matrix of a linear layer's task gradients g_t = dY_t' X_t (weight) and dY_t' 1 (bias),
/// without a block of the size of the weights. Two ways, the cheaper one for the geometry:
///  - kernel:  <g_s, g_t> = sum((X_s X_t' + 11') * (dY_s dY_t'))   (* elementwise; 11' is the bias)
///  - tiles:   a few output units at a time, form every task's gradient rows, take their products,
///             drop them.
/// x has `inputs` numbers, dy `outputs` numbers per matrix row; a value row may hold several.
void linear_gram(const GramContext& c, Index inputs, Index outputs, bool weight, bool bias);
std::size_t linear_gram_workspace(const Geometry& g, Index inputs, Index outputs);

}  // namespace espalier
