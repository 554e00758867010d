#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "autograd/ops/op_cases.hpp"
#include "autograd/plan.hpp"

namespace espalier::test {

/// Rows of each stream, and the stream that each task's loss is made from.
struct TaskRows {
  std::string name;
  std::vector<Index> stream_rows;
  std::vector<int> task_streams;
  int tasks() const { return static_cast<int>(task_streams.size()); }
};

/// A parameter or buffer with memory of its own.
struct OwnedParameter {
  std::vector<real> numbers;
  Parameter parameter;
  OwnedParameter(std::string name, const Shape& shape);
};
struct OwnedBuffer {
  std::vector<real> numbers;
  Buffer buffer;
  OwnedBuffer(std::string name, const Shape& shape, real value);
};

/// Numbers of an input as its case asks for them.
void draw(const InputSpec& spec, RandomStream& random, std::span<real> numbers);
void draw(const InputSpec& spec, RandomStream& random, std::span<std::int32_t> numbers);
/// Moves what is near a kink of the case away from it.
void leave_kinks(const OpCase& c, std::vector<std::span<real>> inputs);

/// The value of a parameter with one row for each row of `rows`: an input whose gradient can be
/// asked for, row by row. (Only parameters have gradients that a plan hands out.)
Var leaf(Tape& tape, Var rows, Parameter& parameter);

/// A case on a tape: real inputs are leaves, and every task's loss contracts the rows of its stream
/// with random numbers of its own, so that no cotangent is all ones. Numbers depend on the case and
/// the rows alone, not on the plan's options. With `twice` the op is recorded twice, on the inputs
/// and on their halves, with the same parameters.
class OpModel {
 public:
  OpModel(const OpCase& c, const TaskRows& rows, const PlanOptions& options, bool twice = false);

  Plan& plan() { return *plan_; }
  int tasks() const { return rows_.tasks(); }
  /// Leaves first, then the op's own.
  std::span<const std::unique_ptr<OwnedParameter>> parameters() const { return parameters_; }
  std::size_t numbers() const;

  /// Forward, and the losses in order of tasks.
  std::vector<double> losses();
  /// Gradient of sum weights[t] L_t over all parameters, from `seeds` and `weights` as the plan's
  /// lane mode wants them.
  std::vector<double> gradient(std::span<const double> seeds, std::span<const double> weights);

 private:
  void make_inputs(const OpCase& c);
  Var record_op(Tape& tape, const OpCase& c, const std::vector<Var>& inputs, bool twice);
  void record_losses(Tape& tape, const OpCase& c, bool twice);
  Var add_leaf(Tape& tape, const Shape& row, std::vector<real> numbers);
  void fill();

  TaskRows rows_;
  std::vector<std::unique_ptr<OwnedParameter>> parameters_;
  std::vector<std::unique_ptr<OwnedBuffer>> buffers_;
  std::vector<Parameter*> own_;
  std::vector<RunningStatistics> statistics_;
  std::vector<Var> inputs_;
  struct Filling {
    Var input;
    std::vector<real> numbers;
    std::vector<std::int32_t> integers;
  };
  std::vector<Filling> fillings_;
  std::unique_ptr<Plan> plan_;
};

}  // namespace espalier::test
