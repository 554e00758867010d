#pragma once

#include "espalier/op.hpp"

namespace espalier {

/// Calls f(run) for the runs of one input, those that follow each other in dy and in dx taken
/// together: for input gradients that look at no value (lanes over the same rows differ in
/// value_row alone). One product over many rows is a good deal faster than many over few.
template <class F>
void for_joined_runs(std::span<const Run> runs, F f) {
  for (std::size_t k = 0; k < runs.size();) {
    Run joined = runs[k];
    for (++k; k < runs.size(); ++k) {
      const Run& next = runs[k];
      if (next.accumulate != joined.accumulate || next.dy_row != joined.dy_row + joined.rows ||
          next.dx_row != joined.dx_row + joined.rows) {
        break;
      }
      joined.rows += next.rows;
    }
    f(joined);
  }
}

}  // namespace espalier
