#pragma once

#include "espalier/parameter.hpp"

namespace espalier {

/// Numbers [first, first + count) of a sink: data = beta * data + alpha * gradient. A sink that is
/// not asked for stays as it is; beta == 0 overwrites without reading.
inline void write_sink(const Sink& sink, Index first, Index count, const double* gradient) {
  if (sink.data == nullptr) return;
  for (Index i = 0; i < count; ++i) {
    real& place = sink.data[first + i];
    const double before = sink.beta == 0.0 ? 0.0 : sink.beta * static_cast<double>(place);
    place = static_cast<real>(before + sink.alpha * gradient[i]);
  }
}

}  // namespace espalier
