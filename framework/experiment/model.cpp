#include "experiment/model.hpp"

#include <algorithm>
#include <limits>

#include "core/text.hpp"
#include "data/stream.hpp"
#include "espalier/error.hpp"
#include "experiment/spec_parts.hpp"

namespace espalier {

namespace {

// YAML says [channels, height, width], as the field does; memory holds (height, width, channels).
Shape sample_shape(const TrunkSpec& trunk) {
  Shape shape;
  for (std::size_t axis = 1; axis < trunk.input.size(); ++axis) shape.push_back(trunk.input[axis]);
  shape.push_back(trunk.input[0]);
  return shape;
}

const Stream& stream_of(const OpenedData& data, int stream) {
  return data[static_cast<std::size_t>(stream) % data.size()];
}

const RunTask& task_of(const TaskSet& tasks, int task) {
  return tasks[static_cast<std::size_t>(task) % tasks.size()];
}

// The input column of every stream must have the shape the trunk was declared with.
void check_input(const ExperimentSpec& spec, const Stream& stream, const Shape& sample) {
  const ColumnData* column = stream.train.find(stream.input);
  if (column->sample == sample) return;
  throw ShapeError(text::cat(spec.trunk.place, ": expected the shape of column '", stream.input,
                             "' of data '", stream.name, "', ", to_string(column->sample),
                             " (channels last), found ", to_string(sample)));
}

std::vector<std::string> names_of(const TaskSet& tasks) {
  std::vector<std::string> names;
  for (const RunTask& task : tasks) names.push_back(task.name);
  return names;
}

std::vector<TaskSlot> slots_of(const TaskSet& tasks, const OpenedData& data,
                               const std::vector<StreamRows>& streams) {
  std::vector<TaskSlot> slots;
  for (const StreamRows& stream : streams) {
    const auto batch = static_cast<std::size_t>(stream.stream) / data.size();
    for (const int task : stream_of(data, stream.stream).tasks) {
      slots.push_back({task + static_cast<int>(batch * tasks.size()), task, stream.stream});
    }
  }
  std::ranges::sort(slots, {}, &TaskSlot::task);
  return slots;
}

Index rows_of(const std::vector<StreamRows>& streams, int stream) {
  return std::ranges::find(streams, stream, &StreamRows::stream)->rows;
}

// What the head reads turned by a matrix that starts as the identity.
Var rotated(const Net& head, Var x, Index most, TaskVars& vars) {
  const Index features = std::min(most, head.tape().shape(x)[-1]);
  Buffer& matrix = head.buffer("rotation", {features, features}, 0.0);
  const std::span<real> numbers = matrix.value.span();
  if (std::ranges::all_of(numbers, [](real v) { return v == 0; })) {  // just made
    for (Index i = 0; i < features; ++i) {
      numbers[static_cast<std::size_t>(i * features + i)] = 1;
    }
  }
  vars.rotation = matrix.value;
  vars.rotated = rotate(head, x, matrix);
  head.tape().watch(vars.rotated);
  return vars.rotated;
}

}  // namespace

RecordedModel record_model(const ExperimentSpec& spec, const TaskSet& tasks, const OpenedData& data,
                           ParameterStore& store, const std::vector<StreamRows>& streams,
                           const ModelOptions& options) {
  std::vector<std::string> names;  // a further batch of a stream has the stream's name
  for (const StreamRows& stream : streams) {
    names.resize(std::max(names.size(), static_cast<std::size_t>(stream.stream) + 1));
  }
  for (std::size_t s = 0; s < names.size(); ++s) names[s] = data[s % data.size()].name;
  const Shape sample = sample_shape(spec.trunk);
  for (const StreamRows& s : streams) check_input(spec, stream_of(data, s.stream), sample);

  RecordedModel model{Tape(options.training), {}, {}};
  Tape& tape = model.tape;
  const Dtype dtype = stream_of(data, streams[0].stream)
                          .train.find(stream_of(data, streams[0].stream).input)
                          ->dtype;
  model.input = tape.input("input", sample, dtype, streams);

  const std::vector<TaskSlot> slots = slots_of(tasks, data, streams);
  const Net trunk(tape, store, names, Domain::shared, "trunk");
  const std::vector<std::string> columns = names_of(tasks);
  TrunkRecorder recorder(trunk, model.input, spec.trunk.stages, columns, options.trunk);
  const std::vector<Var> shared = recorder.record_trunk(stage_blocks(spec), slots);

  for (std::size_t i = 0; i < slots.size(); ++i) {
    const RunTask& task = task_of(tasks, slots[i].task);
    const ColumnData* column = stream_of(data, slots[i].stream).train.find(task.target);
    const StreamRows own = {slots[i].stream, rows_of(streams, slots[i].stream)};
    TaskVars vars;
    vars.task = slots[i].task;
    vars.target = tape.input("target " + task.name, column->sample, column->dtype, {own});
    const Var features = recorder.features_of(slots[i], shared);
    tape.enter(slots[i].task, "heads/" + task.name);
    const Net head(tape, store, names, Domain::task, "heads/" + task.name);
    vars.prediction = task.handle.head(
        head, options.rotations > 0 ? rotated(head, features, options.rotations, vars) : features);
    tape.keep(vars.prediction);
    tape.loss(slots[i].task, task.handle.loss(head, vars.prediction, vars.target));
    model.tasks.push_back(vars);
  }
  return model;
}

PlannedModel plan_model(const ExperimentSpec& spec, const TaskSet& tasks, const OpenedData& data,
                        ParameterStore& store, const std::vector<StreamRows>& streams,
                        const ModelOptions& options) {
  RecordedModel recorded = record_model(spec, tasks, data, store, streams, options);
  PlanOptions plan = options.plan;
  plan.fused = true;
  return {std::make_unique<Plan>(std::move(recorded.tape), plan), recorded.input, streams,
          std::move(recorded.tasks)};
}

namespace {

void fill(const Plan& plan, Var input, Index first, const ColumnData& column,
          std::span<const Index> rows) {
  const Index row = column.sample.size();
  if (column.dtype == Dtype::floating) {
    gather(column, rows, plan.value(input).data + first * row);
  } else {
    gather(column, rows, plan.indices(input).data() + first * row);
  }
}

// Labels that a limited task does not see: those of the rows at or behind its limit.
void hide(const Plan& plan, Var target, Index limit, std::span<const Index> rows) {
  const ValueInfo& info = plan.tape().value(target).info;
  const Index width = info.shape.row_size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < limit) continue;
    const Index first = static_cast<Index>(i) * width;
    if (info.dtype == Dtype::floating) {
      std::fill_n(plan.value(target).data + first, width, std::numeric_limits<real>::quiet_NaN());
    } else {
      std::fill_n(plan.indices(target).data() + first, width, std::int32_t{-1});
    }
  }
}

}  // namespace

void fill_stream(const PlannedModel& model, const TaskSet& tasks, const OpenedData& data,
                 int stream, const Dataset& part, std::span<const Index> rows) {
  const Stream& source = stream_of(data, stream);
  for (const Part& place : model.plan->tape().value(model.input).parts) {
    if (place.stream != stream) continue;
    fill(*model.plan, model.input, place.first, *part.find(source.input), rows);
  }
  for (const TaskVars& vars : model.tasks) {
    if (model.plan->tape().value(vars.target).parts[0].stream != stream) continue;
    const RunTask& task = task_of(tasks, vars.task);
    fill(*model.plan, vars.target, 0, *part.find(task.target), rows);
    if (task.limit > 0 && &part == &source.train) hide(*model.plan, vars.target, task.limit, rows);
  }
}

Target batch_target(const PlannedModel& model, const TaskVars& task) {
  const ValueInfo& info = model.plan->tape().value(task.target).info;
  if (info.dtype == Dtype::floating) return {{}, model.plan->value(task.target)};
  return {{model.plan->indices(task.target).data(), info.shape}, {}};
}

double labelled(const Target& target) {
  Index count = 0;
  if (target.classes.data != nullptr) {
    for (const std::int32_t label : target.classes.span()) count += label >= 0 ? 1 : 0;
  } else {
    for (const real value : target.values.span()) count += value == value ? 1 : 0;  // NaN: missing
  }
  return static_cast<double>(count);
}

}  // namespace espalier
