#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "autograd/plan.hpp"
#include "espalier/fields.hpp"

namespace espalier {

/// One parameter at one step, as an optimiser sees it.
struct Update {
  Plan& plan;  ///< gives the gradient, written where it is wanted
  Parameter& parameter;
  double rate = 0.0;             ///< learning rate after the schedule
  std::uint64_t step = 0;        ///< 1 for the first update
  std::span<real* const> state;  ///< Optimizer::state_blocks() blocks, zero before the first update
  real* gradient = nullptr;      ///< scratch of the parameter's size; null unless asked for
};

/// A rule of update. One file each, one line in `optimizer_table`. Stateless itself: what a
/// parameter carries from step to step lies in its state blocks.
class ESPALIER_API Optimizer {
 public:
  virtual ~Optimizer();
  virtual void fields(Fields& fields) = 0;
  virtual double learning_rate() const = 0;
  /// Blocks of the parameter's size it keeps for each parameter.
  virtual int state_blocks() const = 0;
  /// Whether it needs the gradient itself. Plain SGD and momentum do not: the gradient's gemm
  /// writes into the weights or the velocity.
  virtual bool needs_gradient() const = 0;
  virtual void update(const Update& u) const = 0;
  /// Where `update` will have the gradient written, if nothing of the parameter's own moves before
  /// and no other parameter's goes there; no data: elsewhere. See Plan::announce.
  virtual Sink sink(const Update& /*u*/) const { return {}; }
};

struct OptimizerEntry {
  std::string_view name;
  std::string_view summary;
  std::unique_ptr<Optimizer> (*make)();
};

ESPALIER_API std::span<const OptimizerEntry> optimizer_table();

}  // namespace espalier
