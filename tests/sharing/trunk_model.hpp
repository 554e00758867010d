#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "autograd/plan.hpp"
#include "core/set_fields.hpp"
#include "espalier/random.hpp"
#include "nn/parameter_store.hpp"
#include "sharing/derivative.hpp"
#include "sharing/trunk_recorder.hpp"

/// A trunk under some sharing, with a mean squared error per task on its features: what tests of
/// strategies run.
namespace espalier::test {

inline Stage::Use use(const char* kind, const std::map<std::string, Option>& options = {},
                      const char* place = "") {
  return {kind, place, make(layer_table(), kind, options)};
}

inline Stage linear_stage(const char* name, Index units, bool relu = true) {
  Stage stage;
  stage.name = name;
  stage.layers.push_back(use("linear", {{"units", units}}));
  if (relu) stage.layers.push_back(use("tanh"));
  return stage;
}

/// Two smooth stages: 6 -> 5 -> 4.
inline std::vector<Stage> dense_stages() {
  std::vector<Stage> stages;
  stages.push_back(linear_stage("low", 5));
  stages.push_back(linear_stage("high", 4));
  return stages;
}

struct TrunkCase {
  std::vector<std::string> tasks = {"a", "b", "c"};
  std::vector<int> stream_of = {0, 0, 0};  ///< of each task; {0, 1, 2}: inputs of their own
  std::vector<StreamRows> streams = {{0, 4}};
  Shape sample = {6};
  bool training = true;
  std::vector<int> only = {};  ///< tasks with a loss; empty: all
  PlanOptions plan = {};
  TrunkOptions trunk = {};
};

inline TrunkCase own_case() {
  return {.stream_of = {0, 1, 2}, .streams = {{0, 3}, {1, 4}, {2, 2}}};
}

/// A planned trunk; its inputs and targets are filled with numbers of their own.
class TrunkModel {
 public:
  TrunkModel(const std::vector<StageBlock>& blocks, const std::vector<Stage>& stages,
             ParameterStore& store, const TrunkCase& c = {}) {
    for (std::size_t s = 0; s < c.tasks.size(); ++s) names_.push_back("stream" + std::to_string(s));
    Tape tape(c.training);
    input_ = tape.input("x", c.sample, Dtype::floating, c.streams);
    std::vector<TaskSlot> slots;
    for (int t = 0; t < static_cast<int>(c.tasks.size()); ++t) {
      const bool chosen = c.only.empty() || std::ranges::find(c.only, t) != c.only.end();
      if (chosen) slots.push_back({t, t, c.stream_of[static_cast<std::size_t>(t)]});
    }
    TrunkRecorder recorder({tape, store, names_, Domain::shared, "trunk"}, input_, stages, c.tasks,
                           c.trunk);
    features_ = recorder.record(blocks, slots);
    std::vector<Var> targets;
    for (std::size_t k = 0; k < slots.size(); ++k) {
      const Shape sample = tape.shape(features_[k]).row();
      const Index rows = tape.shape(features_[k])[0];
      tape.enter(slots[k].task, "heads/" + c.tasks[static_cast<std::size_t>(slots[k].task)]);
      targets.push_back(tape.input("t", sample, Dtype::floating, {{slots[k].stream, rows}}));
      tape.keep(features_[k]);
      tape.loss(slots[k].task, mean_squared_error(tape, features_[k], targets.back()));
    }
    plan_ = std::make_unique<Plan>(std::move(tape), c.plan);
    fill(plan_->value(input_), "x");
    for (std::size_t k = 0; k < targets.size(); ++k) {
      fill(plan_->value(targets[k]), "t" + std::to_string(slots[k].task));
    }
  }

  Plan& plan() { return *plan_; }
  Tensor input() const { return plan_->value(input_); }
  /// Features of the k-th task that has a loss, after `forward`.
  std::vector<real> features(std::size_t k) const {
    const auto numbers = plan_->value(features_[k]).span();
    return {numbers.begin(), numbers.end()};
  }
  /// Sum of the losses after a forward pass.
  double loss(std::uint64_t step = 0) {
    plan_->forward(step);
    double sum = 0.0;
    for (const Tape::Loss& loss : plan_->tape().losses()) {
      sum += static_cast<double>(plan_->loss(loss.task));
    }
    return sum;
  }
  /// Gradient of the sum of the losses (and of the penalties) in one parameter, after `loss`.
  std::vector<double> gradient(const Parameter& parameter, std::uint64_t step = 0) {
    loss(step);
    const std::vector<double> ones(static_cast<std::size_t>(plan_->tasks()), 1.0);
    plan_->backward(ones, ones);
    plan_->weigh(ones, ones);
    std::vector<real> numbers(static_cast<std::size_t>(parameter.value.size()));
    plan_->gradient(parameter, {.data = numbers.data(), .alpha = 1.0, .beta = 0.0});
    return {numbers.begin(), numbers.end()};
  }

 private:
  static void fill(const Tensor& value, const std::string& name) {
    RandomStream random(7, name);
    for (real& number : value.span()) number = static_cast<real>(random.normal());
  }

  std::vector<std::string> names_;
  Var input_;
  std::vector<Var> features_;
  std::unique_ptr<Plan> plan_;
};

/// The blocks of a strategy of the table, with options.
struct Chosen {
  std::unique_ptr<SharingStrategy> strategy;
  std::vector<StageBlock> blocks;
};
inline Chosen chosen(const char* name, std::size_t stages,
                     const std::map<std::string, Option>& options = {}) {
  Chosen c{make(sharing_table(), name, options), {}};
  c.blocks = c.strategy->assign(stages);
  return c;
}

/// Checks every gradient of the sum of the losses (and of `penalty`, where there is one) against
/// central differences, in the build in double; parameters that no loss reaches stay out.
inline void check_gradients(TrunkModel& model, ParameterStore& store,
                            const std::function<double()>& penalty = {}) {
  if (!std::is_same_v<real, double>) return;
  for (Parameter& parameter : store.parameters()) {
    if (!model.plan().reaches(parameter)) continue;
    CAPTURE(parameter.name);
    const std::vector<double> gradient = model.gradient(parameter);
    check_derivative(parameter.value, std::span<const double>(gradient),
                     [&] { return model.loss() + (penalty ? penalty() : 0.0); });
  }
}

/// Copies the value of every parameter of `from` whose name `renamed` maps to one of `to`.
inline void copy_parameters(ParameterStore& from, ParameterStore& to,
                            const std::function<std::string(const std::string&)>& renamed) {
  for (Parameter& source : from.parameters()) {
    for (Parameter& target : to.parameters()) {
      if (target.name != renamed(source.name)) continue;
      REQUIRE(target.value.shape == source.value.shape);
      std::ranges::copy(source.value.span(), target.value.data);
    }
  }
}

}  // namespace espalier::test
