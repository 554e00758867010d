#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/arena.hpp"
#include "optim/optimizer.hpp"

namespace espalier {

/// Chooses the optimiser of a parameter: the group with the longest prefix of its name.
struct OptimizerRule {
  std::string prefix;  ///< "" (all), "trunk", "trunk/conv1", "heads/letters"
  const Optimizer* optimizer = nullptr;
};

/// The optimisers of a model with the state of every parameter. State blocks are made once, by the
/// constructor; a step allocates nothing.
class ESPALIER_API Updater {
 public:
  /// Throws ConfigError where no rule covers a parameter.
  Updater(std::span<Parameter* const> parameters, std::span<const OptimizerRule> rules);

  /// Before the first step with `plan`: what it needs for penalties is there then.
  void prepare(Plan& plan);

  /// One update of every parameter that `plan` reaches. factor multiplies every learning rate.
  void step(Plan& plan, double factor);

  /// A block of optimiser state, for checkpoints: "state/<parameter>/<k>".
  struct StateBlock {
    std::string name;
    Tensor value;
  };
  const std::vector<StateBlock>& state() const { return blocks_; }
  std::uint64_t steps() const { return steps_; }
  void set_steps(std::uint64_t steps) { steps_ = steps; }
  /// Bytes of gradient scratch: 0 unless some optimiser needs the gradient itself.
  std::size_t scratch_bytes() const { return scratch_.bytes(); }

 private:
  struct Slot {
    Parameter* parameter = nullptr;
    const Optimizer* optimizer = nullptr;
    std::vector<real*> state;
  };

  void find_sinks(Plan& plan, double factor);
  Update update_of(Plan& plan, const Slot& slot, double factor) const;

  std::vector<Slot> slots_;
  std::vector<ParameterSink> sinks_;  // of one step
  std::vector<StateBlock> blocks_;
  std::deque<Arena> memory_;
  Arena scratch_;  // one gradient, of the largest parameter that needs one: used one at a time
  std::uint64_t steps_ = 0;
};

}  // namespace espalier
