#pragma once

#include <cmath>

#include "espalier/metric.hpp"

namespace espalier {

/// Calls f(output, prediction, target) for every element whose target is not missing (NaN).
template <class Function>
void for_labelled(const ConstTensor& prediction, const Target& target, Function f) {
  const Index outputs = prediction.shape.row_size();
  for (Index i = 0; i < prediction.size(); ++i) {
    const auto t = static_cast<double>(target.values.data[i]);
    if (!std::isnan(t)) f(i % outputs, static_cast<double>(prediction.data[i]), t);
  }
}

}  // namespace espalier
