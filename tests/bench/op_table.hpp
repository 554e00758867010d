#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "espalier/layers.hpp"

namespace espalier::bench {

/// One op as a benchmark. `inputs` values of shape (rows, sample...) go in, one value comes out.
struct OpCase {
  std::string name;
  Shape sample;
  int inputs = 1;
  /// How often forward and backward together must pass over a number of the inputs (of one of them)
  /// and of the output, in memory: what a row that fits a register or the nearest cache allows.
  /// Both 0: the op is a matrix product, and its operations count instead.
  double input_passes = 0.0, output_passes = 0.0;
  std::function<Var(const Net&, std::span<const Var>)> build;
};

const std::vector<OpCase>& op_table();

}  // namespace espalier::bench
