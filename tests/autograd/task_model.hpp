#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "autograd/plan.hpp"
#include "espalier/ops.hpp"
#include "espalier/random.hpp"
#include "nn/parameter_store.hpp"

/// A small multi-task model for tests of the engine: streams of inputs, a trunk over all of them,
/// and one head with a mean squared error for each task.
namespace espalier::test {

struct Streams {
  std::string name;          ///< for messages
  std::vector<Index> rows;   ///< of each stream
  std::vector<int> of_task;  ///< stream of each task
};

inline Streams own_inputs(int tasks, Index rows) {
  Streams s{std::to_string(tasks) + " tasks with inputs of their own", {}, {}};
  for (int t = 0; t < tasks; ++t) {
    s.rows.push_back(rows + t % 3);  // ragged
    s.of_task.push_back(t);
  }
  return s;
}

inline Streams common_inputs(int tasks, Index rows) {
  return {std::to_string(tasks) + " tasks on common inputs",
          {rows},
          std::vector<int>(static_cast<std::size_t>(tasks), 0)};
}

/// Stream 0 carries three tasks, stream 1 one, stream 2 two; tasks are not sorted by stream.
inline Streams mixed_inputs(Index rows) {
  return {"a mix of own and common inputs", {rows, rows + 2, rows - 1}, {0, 2, 0, 1, 2, 0}};
}

/// Two batches of each of these streams, numbered batch by batch like the tasks that read them.
inline Streams two_batches(const Streams& one) {
  Streams two = one;
  two.name += ", two batches";
  two.rows.insert(two.rows.end(), one.rows.begin(), one.rows.end());
  for (const int stream : one.of_task) {
    two.of_task.push_back(stream + static_cast<int>(one.rows.size()));
  }
  return two;
}

inline std::vector<Streams> all_streams(Index rows) {
  return {own_inputs(2, rows), own_inputs(8, rows), common_inputs(2, rows), common_inputs(8, rows),
          mixed_inputs(rows)};
}

/// What a trunk or a head records.
using Recorder = std::function<Var(Tape&, ParameterStore&, Var)>;

struct ModelOptions {
  Shape sample = {6};
  Recorder trunk = {};
  Recorder head = {};  ///< recorded once for each task; null: a linear layer of `outputs` units
  Index outputs = 3;
  std::vector<int> only = {};  ///< tasks that have a loss; empty: all
  bool training = true;
};

struct Model {
  Streams streams;
  Plan plan;
  Var input;
  std::vector<Var> targets;      ///< per task
  std::vector<Var> predictions;  ///< per task
  int batch = 0;                 ///< which of the step's batches `fill` is asked for
  bool missing = false;          ///< leaves some targets out, some tasks without any

  int tasks() const { return static_cast<int>(streams.of_task.size()); }
  /// The same numbers for the same (step, stream or task), whatever the geometry of the plan.
  void fill(std::uint64_t step);
  /// fill, forward, backward with unit seeds and borders.
  void sweep(std::uint64_t step);
};

/// Parameter `name` with normal numbers of deviation 0.5.
Parameter& parameter(ParameterStore& store, const std::string& name, const Shape& shape,
                     Domain domain = Domain::shared);
/// linear(x) with parameters name/weight and name/bias.
Var dense(Tape& tape, ParameterStore& store, Var x, const std::string& name, Index units,
          Domain domain = Domain::shared, bool bias = true);

/// conv2d(x) with a border of one pixel, likewise.
Var convolution_3x3(Tape& tape, ParameterStore& store, Var x, const std::string& name,
                    Index outputs);

Model make_model(ParameterStore& store, const Streams& streams, const ModelOptions& options,
                 const PlanOptions& plan);

/// The gradient of every parameter of the plan, one after the other, as it is after `weigh`.
std::vector<double> gradients(Plan& plan, Domain domain);
std::vector<double> ones(int count);
std::vector<double> unit(int count, int at);
/// J, row t the gradient of task t's loss over the shared parameters: one sweep for each row.
std::vector<std::vector<double>> jacobian(Model& model, std::uint64_t step);

double dot(const std::vector<double>& a, const std::vector<double>& b);
/// Largest |a - b| over the largest |b|; infinity where something is not a number.
double relative_error(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace espalier::test
