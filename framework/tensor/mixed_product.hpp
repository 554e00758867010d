#pragma once

#include "tensor/bf16_tiles.hpp"
#include "tensor/product.hpp"

namespace espalier::bfloat {

/// C (m, n) = beta C + alpha A B as espalier::multiply, with operands rounded to bfloat16 (parts 1)
/// or split into three of them (parts 3), and sums in float. REQUIRES: k > 0; engine.splits where
/// parts is 3. On all threads; called inside a piece of a parallel loop, on that thread alone.
ESPALIER_API void multiply(const Engine& engine, int parts, Index m, Index n, Index k,
                           const Operand& a, const Operand& b, const Target& c);

}  // namespace espalier::bfloat
