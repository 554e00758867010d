#pragma once

#include <span>
#include <vector>

#include "espalier/api.hpp"

namespace espalier::solve {

/// The nearest point of the probability simplex {x >= 0, sum x = 1}.
class ESPALIER_API SimplexProjection {
 public:
  /// In place; x is not empty and finite.
  void project(std::span<double> x);

 private:
  std::vector<double> sorted_;
};

}  // namespace espalier::solve
