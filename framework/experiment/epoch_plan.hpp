#pragma once

#include <cstdint>
#include <vector>

#include "experiment/opened_data.hpp"

namespace espalier {

/// How an epoch is cut into steps. A step draws `rows[s]` rows of stream s (times the batches that
/// the balancer draws in a step), and a stream that has been through starts again in a fresh order.
/// The epoch ends when every stream has been through at least once, that is, after
/// max over s of floor(n_s / (rows[s] * batches)) steps, n_s being the stream's training rows;
/// `last_batch: keep` adds a step with what the longest stream has left.
///
/// With `sampling: cycle` every stream gives `train.batch` rows, so that the longest one is passed
/// once. Otherwise the same number of rows in all, batch x streams, is shared out by
/// `rows_per_step`: with `proportional` all streams are through at the same time, but for rounding.
struct EpochPlan {
  std::vector<Index> rows;       ///< (streams)
  std::vector<Index> last_rows;  ///< (streams) of the short batch that ends an epoch; empty: none
  std::uint64_t steps = 0;       ///< at least 1
};

/// Throws ConfigError where the batch is larger than the data, or cannot be cut so.
ESPALIER_API EpochPlan plan_epoch(const ExperimentSpec& spec, const OpenedData& data);

}  // namespace espalier
