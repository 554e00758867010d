#include "experiment/epoch_plan.hpp"

#include <algorithm>
#include <numeric>

#include "core/text.hpp"
#include "data/sampling.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

EpochPlan cycle(const ExperimentSpec& spec, const std::vector<Index>& sizes, Index batches) {
  const Index batch = spec.train.batch, longest = std::ranges::max(sizes);
  const bool keep = spec.train.last_batch == "keep";
  if (batches > 1 && keep) {
    throw ConfigError(text::cat("[train] expected train.last_batch: drop for balance '",
                                spec.balance.name, "', which draws ", batches,
                                " batches in a step, found keep"));
  }
  const Index short_rows = keep ? longest % batch : 0;
  if (longest < batch * batches && short_rows == 0) {
    throw ConfigError(text::cat("[train] expected train.batch of at most ", longest / batches, " (",
                                batches == 1 ? "" : "several are drawn in a step; ", longest,
                                " rows has the largest stream), found ", batch,
                                "; or set train.last_batch: keep"));
  }
  EpochPlan plan;
  plan.steps = static_cast<std::uint64_t>(longest / (batch * batches) + (short_rows > 0 ? 1 : 0));
  plan.rows.assign(sizes.size(), longest < batch ? short_rows : batch);
  if (short_rows > 0 && longest >= batch) plan.last_rows.assign(sizes.size(), short_rows);
  return plan;
}

EpochPlan shared_out(const ExperimentSpec& spec, const std::vector<Index>& sizes, Index batches) {
  const auto streams = static_cast<Index>(sizes.size());
  EpochPlan plan;
  plan.rows = rows_per_step(sizes, spec.train.batch * streams, spec.train.temperature);
  Index steps = 0;
  for (std::size_t s = 0; s < sizes.size(); ++s) {
    steps = std::max(steps, sizes[s] / (plan.rows[s] * batches));
  }
  if (steps == 0) {
    const Index all = std::accumulate(sizes.begin(), sizes.end(), Index{0});
    const Index drawn = streams * batches;
    throw ConfigError(text::cat("[train] expected train.batch of at most ", all / drawn,
                                " (a step draws ", drawn, " x batch rows, and there are ", all,
                                "), found ", spec.train.batch));
  }
  plan.steps = static_cast<std::uint64_t>(steps);
  return plan;
}

}  // namespace

EpochPlan plan_epoch(const ExperimentSpec& spec, const OpenedData& data) {
  std::vector<Index> sizes;
  for (const Stream& stream : data) sizes.push_back(stream.train.rows);
  const Index batches = spec.balance.object->needs().batches;
  return spec.train.sampling == "cycle" ? cycle(spec, sizes, batches)
                                        : shared_out(spec, sizes, batches);
}

}  // namespace espalier
