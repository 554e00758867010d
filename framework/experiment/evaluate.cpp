#include "experiment/evaluate.hpp"

#include <algorithm>
#include <numeric>

namespace espalier {

PlannedModel& Evaluator::plan_for(int stream, Index rows) {
  const std::pair<int, Index> key = {stream, rows};
  const auto found = plans_.find(key);
  if (found != plans_.end()) return found->second;
  return plans_
      .emplace(key, plan_model(spec_, tasks_, data_, store_, {{stream, rows}},
                               {.rotations = spec_.balance.object->needs().rotations}))
      .first->second;
}

void Evaluator::prepare() {
  for (std::size_t s = 0; s < data_.size(); ++s) {
    for (const Dataset* part : {&data_[s].validation, &data_[s].test}) {
      const Index batch = std::min(part->rows, spec_.train.evaluation_batch);
      if (part->rows == 0) continue;
      plan_for(static_cast<int>(s), batch);
      if (part->rows % batch != 0) plan_for(static_cast<int>(s), part->rows % batch);
    }
  }
}

void Evaluator::run_stream(int stream, const Dataset& part, Index most, const Visit& visit) {
  std::vector<Index> rows(static_cast<std::size_t>(most));
  std::iota(rows.begin(), rows.end(), Index{0});
  for (Index first = 0; first < most; first += spec_.train.evaluation_batch) {
    const Index count = std::min(spec_.train.evaluation_batch, most - first);
    PlannedModel& model = plan_for(stream, count);
    fill_stream(
        model, tasks_, data_, stream, part,
        std::span(rows).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
    model.plan->forward(0);
    visit(model, first);
  }
}

const Dataset& Evaluator::part_of(std::size_t stream, Split split) const {
  return split == Split::test ? data_[stream].test : data_[stream].validation;
}

std::vector<TaskScore> Evaluator::evaluate(Split split, Index most_batches) {
  std::vector<TaskScore> scores = make_scores(tasks_);
  const auto add = [&](const PlannedModel& model, Index /*first*/) {
    for (const TaskVars& vars : model.tasks) {
      scores[static_cast<std::size_t>(vars.task)].add(model, vars);
    }
  };
  for (std::size_t s = 0; s < data_.size(); ++s) {
    const Dataset& part = part_of(s, split);
    const Index batch = spec_.train.evaluation_batch;
    const bool all = most_batches > part.rows / batch;
    run_stream(static_cast<int>(s), part, all ? part.rows : most_batches * batch, add);
  }
  return scores;
}

void Evaluator::visit(Split split, const Visit& visit) {
  for (std::size_t s = 0; s < data_.size(); ++s) {
    const Dataset& part = part_of(s, split);
    run_stream(static_cast<int>(s), part, part.rows, visit);
  }
}

}  // namespace espalier
