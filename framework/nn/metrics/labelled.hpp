#pragma once

#include "espalier/metric.hpp"
#include "tensor/sums.hpp"

namespace espalier {

/// The elements of a batch that belong to one output, `stride` apart; those without a target (NaN)
/// count nowhere.
struct Labelled {
  const real* predictions;
  const real* targets;
  Index count;
  Index stride;

  /// Sum over the labelled elements of term(prediction, target).
  template <class Term>
  double sum(Term term) const {
    const auto over = [&](Index step) {
      return sum_of(count, [&, step](Index i) {
        const auto p = static_cast<double>(predictions[i * step]);
        const auto t = static_cast<double>(targets[i * step]);
        const double value = term(p, t);
        return t == t ? value : 0.0;
      });
    };
    return stride == 1 ? over(1) : over(stride);  // loads of numbers side by side are vectors
  }
  /// Number of labelled elements.
  double labelled() const {
    Index number = 0;
    for (Index i = 0; i < count; ++i) number += targets[i * stride] == targets[i * stride] ? 1 : 0;
    return static_cast<double>(number);
  }
};

/// All elements of a batch as if they were of one output.
inline Labelled all_of(const ConstTensor& prediction, const Target& target) {
  return {prediction.data, target.values.data, prediction.size(), 1};
}

}  // namespace espalier
