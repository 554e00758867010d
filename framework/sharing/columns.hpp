#pragma once

#include <vector>

#include "espalier/sharing.hpp"

/// What strategies with a column of layers for each task have in common.
namespace espalier {

/// What is asked of each flow where every task's output is made from every column: all of it.
inline Demand all_from_each(const Demand& out) {
  return {std::vector<StreamSet>(out.tasks.size(), out.all()), {}};
}

/// One column of the stage's layers for each task, over the rows of all of `streams`; the columns'
/// parameters are the balancer's, since every loss may reach each of them.
inline std::vector<Var> shared_columns(const StageNet& stage, const Flows& in,
                                       const StreamSet& streams) {
  std::vector<Var> columns;
  for (std::size_t t = 0; t < stage.tasks(); ++t) {
    columns.push_back(
        stage.layers(stage.rows(in.tasks[t], streams), stage.task_name(t), StageNet::kShared));
  }
  return columns;
}

/// The rows of each value that belong to `streams`.
inline std::vector<Var> rows_of_each(const StageNet& stage, const std::vector<Var>& values,
                                     const StreamSet& streams) {
  std::vector<Var> rows;
  for (const Var value : values) rows.push_back(stage.rows(value, streams));
  return rows;
}

/// `same` for the own of `count` columns; `other` shared out among the others. One alone gets both:
/// a task without others is a plain network, whose features no unit makes smaller.
inline double coefficient(bool own, double same, double other, std::size_t count) {
  if (count < 2) return same + other;
  return own ? same : other / static_cast<double>(count - 1);
}

}  // namespace espalier
