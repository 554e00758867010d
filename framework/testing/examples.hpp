#pragma once

#include <vector>

#include "espalier/metric.hpp"
#include "testing/subject.hpp"

namespace espalier::testing {

/// Rows for checks: features drawn from a normal distribution, and a target for each. Classes
/// follow each other, so that no class is rare.
struct Examples {
  Shape features;  ///< of one row
  TargetColumn column;
  Index rows = 0;
  std::vector<double> numbers;        ///< (rows, features)
  std::vector<std::int32_t> classes;  ///< (rows, sample), where the column holds integers
  std::vector<real> values;           ///< (rows, sample), where it holds reals

  /// The label of `row` goes missing: -1, or NaN.
  void hide(Index row);
};

Examples draw_examples(const TaskSubject& subject, Index rows);

/// Numbers [first, first + count).
std::vector<Index> row_range(Index first, Index count);

/// The targets of some rows, as metrics want them.
class Targets {
 public:
  Targets(const Examples& examples, const std::vector<Index>& rows);
  Target target() const;
  const std::vector<std::int32_t>& classes() const { return classes_; }
  const std::vector<real>& values() const { return values_; }

 private:
  Shape shape_;
  std::vector<std::int32_t> classes_;
  std::vector<real> values_;
};

}  // namespace espalier::testing
