// x_i = max(0, y_i - t), with t such that the sum is 1 (Held, Wolfe & Crowder 1974): of the k
// largest y, for the largest k whose smallest still exceeds t = (sum of them - 1) / k.
//
// y is moved so that its largest element is 0. The projection does not notice, and the 1 is not
// lost beside numbers of 1e20.
#include "balance/solve/simplex_projection.hpp"

#include <algorithm>
#include <functional>

namespace espalier::solve {

void SimplexProjection::project(std::span<double> x) {
  const double largest = *std::ranges::max_element(x);
  for (double& value : x) value -= largest;
  sorted_.assign(x.begin(), x.end());
  std::ranges::sort(sorted_, std::greater<>());
  double sum = 0.0;
  double threshold = 0.0;
  double count = 0.0;
  for (const double value : sorted_) {
    sum += value;
    count += 1.0;
    const double next = (sum - 1.0) / count;
    if (value <= next) break;
    threshold = next;
  }
  for (double& value : x) value = std::max(0.0, value - threshold);
}

}  // namespace espalier::solve
