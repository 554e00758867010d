#pragma once

#include <memory>
#include <string>
#include <vector>

#include "autograd/plan.hpp"
#include "nn/parameter_store.hpp"
#include "sharing/trunk_recorder.hpp"
#include "testing/answer.hpp"
#include "testing/sharing_subject.hpp"

namespace espalier::testing {

/// Which tasks there are, and on which rows.
struct TrunkLayout {
  int tasks = 3;
  bool own_inputs = false;  ///< each task brings rows of its own, which hold the same numbers
  Index rows = 4;
  Index first_row = 0;  ///< the rows are the numbers [first_row, first_row + rows) of one table
  bool training = true;
  std::vector<int> asked = {};   ///< tasks whose features are asked for; empty: all
  std::vector<int> losses = {};  ///< tasks of these with a loss; empty: all
};

/// Two linear stages (tanh) under a way of sharing, and a mean squared error on each task's
/// features.
class TrunkBench {
 public:
  TrunkBench(const SharingSubject& subject, const StageSharing& sharing, ParameterStore& store,
             const TrunkLayout& layout);

  Plan& plan() { return *plan_; }
  /// Sum of the losses and penalties of one forward pass.
  double loss();
  /// Features of the k-th task that was asked for, behind `loss`.
  ConstTensor features(std::size_t k) const { return plan_->value(features_[k]); }
  /// Gradient of `loss`.
  std::vector<real> gradient(const Parameter& parameter);

 private:
  void record(const StageSharing& sharing, ParameterStore& store, const TrunkLayout& layout);
  void fill(const TrunkLayout& layout);

  std::vector<std::string> names_, streams_;
  std::vector<Stage> stages_;
  Index width_;
  Var input_;
  std::vector<Var> features_, targets_;
  std::unique_ptr<Plan> plan_;
};

/// The first difference between features of tasks, as a sentence's end; "" where they are near.
std::string features_differ(const ConstTensor& a, const ConstTensor& b);

}  // namespace espalier::testing
