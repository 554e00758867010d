#pragma once

#include <memory>
#include <vector>

#include "espalier/tape.hpp"

namespace espalier {

/// Parameters of the ops recorded from node number `first` on, each once, in order.
ESPALIER_API std::vector<Parameter*> parameters_since(const Tape& tape, std::size_t first);

/// columns[t][k]: the k-th parameter of task t's column, all of one shape for a k. With `trace`:
/// strength * sum_k ||M_k||_*, M_k (P, T) the tasks' parameters side by side; without:
/// strength * sum_k sum_t ||theta_tk - mean_k||^2.
ESPALIER_API std::unique_ptr<Penalty> make_column_penalty(
    const std::vector<std::vector<Parameter*>>& columns, bool trace, double strength);

}  // namespace espalier
