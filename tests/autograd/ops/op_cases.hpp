#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "espalier/ops.hpp"

namespace espalier::test {

/// One input of an op under test. `row` is the shape of one row.
struct InputSpec {
  Shape row;
  Dtype dtype = Dtype::floating;
  double low = -1.0;
  double high = 1.0;
  Index bound = 0;        ///< integers are drawn from [-1, bound): -1 is a missing label, padding
  bool constant = false;  ///< real numbers that have no gradient, every fifth of them NaN
  bool distinct = false;  ///< no two numbers of the input are near: nothing ties
};

/// What a case gets to record itself with.
struct Recording {
  Tape& tape;
  std::vector<Var> inputs;
  std::vector<Parameter*> parameters;
  std::vector<RunningStatistics> statistics;  ///< one for each stream
};

/// An op with shapes and ranges to try it on. The table is the one place that a new op's properties
/// need; every shape has something ragged about it.
struct OpCase {
  std::string name;
  std::vector<InputSpec> inputs;
  std::vector<Shape> parameters;
  std::function<Var(const Recording&)> record;
  bool loss = false;          ///< one number from the rows of one stream
  std::vector<double> kinks;  ///< of input 0, or of input 0 - input 1 where there are two
};

std::span<const OpCase> op_cases();

}  // namespace espalier::test
