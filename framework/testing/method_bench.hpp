#pragma once

#include <memory>
#include <string>
#include <vector>

#include "espalier/balancer.hpp"
#include "espalier/testing.hpp"

namespace espalier::testing {

/// What a method answers in a step.
struct Combined {
  std::vector<double> weights;    ///< (n), NaN where the method has none
  std::vector<double> direction;  ///< (P), where the trunk goes
};

/// Numbers in a row of the kit's gradients: even, since features are two rows of half of them.
inline constexpr std::size_t kColumns = 6;

/// A method without a model: it is given losses and gradients as they are. Inner products of
/// further batches, and losses after an update, are made of those of the step, task by task.
class MethodBench {
 public:
  /// Why the kit cannot give `needs`, or "".
  static std::string why_not(const Needs& needs);

  /// Begins the run of an experiment of so many tasks, with gradients of `columns` numbers.
  MethodBench(std::unique_ptr<Balancer> method, std::size_t tasks, std::size_t columns = kColumns);

  Combined step(const Signals& given);
  /// Goes on where `other` is, from its state alone. Throws RunFailure where blocks do not fit.
  void resume_from(MethodBench& other);
  Balancer& method() { return *method_; }

 private:
  void combine(JacobianStep& step, const Signals& given, Combined& answer);
  void combine_features(const BalanceStep& step, const Signals& given, Combined& answer);
  void weigh(BalanceStep& step, const Signals& given, Combined& answer);

  std::unique_ptr<Balancer> method_;
  std::size_t tasks_, columns_;
  RandomStream random_{3, "testing/balance"};
  std::uint64_t step_ = 0;
};

}  // namespace espalier::testing
