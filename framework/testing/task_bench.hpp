#pragma once

#include <string>
#include <vector>

#include "autograd/plan.hpp"
#include "nn/parameter_store.hpp"
#include "testing/examples.hpp"

namespace espalier::testing {

/// A task on some rows of examples. The trunk below it is a table with the features of every
/// example, which learns like any parameter: the gradient of a row is that of its features.
class TaskBench {
 public:
  TaskBench(const TaskHandle& task, const Examples& examples, ParameterStore& store,
            const std::vector<Index>& rows, bool training = false);

  Plan& plan() { return plan_; }
  /// The loss of one forward pass; `step` names the random masks.
  double loss(std::uint64_t step = 1);
  /// Behind `loss`: what the head predicts, (rows, ...).
  ConstTensor prediction() const { return plan_.value(prediction_); }
  /// Runs the losses backward; then gradients can be asked for.
  void backward();
  /// Behind `backward`; zeros where the loss does not reach the parameter.
  std::vector<real> gradient(const Parameter& parameter);

 private:
  Tape record(const TaskHandle& task, const Examples& examples, ParameterStore& store,
              const std::vector<Index>& rows, bool training);

  std::vector<std::string> streams_ = {"kit"};
  Var tokens_, target_, prediction_;
  Plan plan_;
};

/// The loss of given predictions (rows, ...): no head is involved.
double loss_of_predictions(const TaskHandle& task, ParameterStore& store, const Targets& targets,
                           const ConstTensor& predictions);

/// The parameter of the table.
Parameter& table_of(ParameterStore& store);

}  // namespace espalier::testing
