#pragma once

#include "espalier/tangent.hpp"

/// Tangents that are another pass of the op.
namespace espalier {

/// Of an op of one input whose Jacobian is symmetric (elementwise ops, softmax, ...): J dx = J' dx.
inline void symmetric_tangent(const Op& op, const TangentContext& c) {
  const Run all{.rows = c.dy.shape[0]};
  const std::span<const Run> runs(&all, 1);
  BackwardContext b;
  static_cast<OpContext&>(b) = c;
  b.dy = c.dx[0];
  b.dx = {&c.dy, 1};
  b.runs = {&runs, 1};
  op.backward(b);
}

/// Of an op without parameters that is linear in its inputs: J dx is what it makes of dx.
inline void linear_tangent(const Op& op, const TangentContext& c) {
  OpContext f = c;
  f.inputs = c.dx;
  f.output = c.dy;
  op.forward(f);
}

}  // namespace espalier
