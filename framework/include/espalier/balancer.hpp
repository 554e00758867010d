// module: balance
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "espalier/balance_conventions.hpp"
#include "espalier/balance_step.hpp"
#include "espalier/bilevel.hpp"
#include "espalier/fields.hpp"

namespace espalier {

/// @addtogroup balancers
/// @{

/// What a method must be given; the trainer acts on these flags and knows no method by name. They
/// also decide which models a method can serve (`espalier check --matrix`). T counts tasks.
struct Needs {
  bool losses = false;               ///< the losses' values decide something
  bool losses_after_update = false;  ///< `after_update`: the same batch's losses once more
  bool gram = false;      ///< G = J J', inner products of the tasks' shared gradients: T lanes
  bool features = false;  ///< with `gram`: G is of the gradients at the trunk's output, not of the
                          ///< parameters'; without: `combine_features` rewrites these gradients
  Index rotations = 0;    ///< with `features`: each head reads the trunk's output with its first
                          ///< numbers (at most so many) through an orthogonal matrix
  bool common_inputs = false;  ///< serves only tasks that label the same inputs
  bool cross_gram = false;     ///< A = J(batch 2) J(batch 3)'; the direction is of batch 1
  bool cross_product = false;  ///< A u alone, for the weights u of `probe`: cheaper than A where
                               ///< tasks label the same inputs
  bool jacobian = false;       ///< `combine`: each task's gradient element by element
  bool validation = false;     ///< `solve`: a BilevelProblem
  int batches = 1;             ///< training batches a step draws (1 to 3)
};

/// What `espalier info` prints beside the options: texts that live as long as the program.
struct BalancerInfo {
  std::string_view summary;  ///< a line; a plugin's stands in its macro
  std::string_view formula;  ///< equations in plain text, several lines
  std::string_view paper;    ///< authors, year, title
};

/// Sizes known before the first step.
struct BalanceSizes {
  std::size_t tasks = 0;       ///< those of the experiment
  std::size_t parameters = 0;  ///< P, shared numbers; only where a Jacobian is asked for
  std::size_t features = 0;    ///< F, numbers per row at the trunk's output; only with `features`
  std::size_t blocks = 1;      ///< shared layers
};

/// A method that combines the tasks: weights w such that the trunk moves along sum w_t g_t, or a
/// direction of its own. One object serves one run. Derive, implement, and end the file with
/// ESPALIER_PLUGIN (espalier/plugin.hpp); a method of the framework is one file of balance/ and one
/// line in `balancer_table`.
///
/// Calls come in this order: conventions, fields, needs, begin, restore (where a run resumes), then
/// in each step the one function that `needs` calls for: `weigh` unless said otherwise below, with
/// `cross_product` after `probe`.
/// Numbers of each task are doubles; what is as long as the parameters is in `real`.
class ESPALIER_API Balancer {
 public:
  virtual ~Balancer();
  /// Texts for `espalier info`. A plugin's summary stands in its macro.
  virtual BalancerInfo info() const { return {}; }
  /// Options in YAML; the names of the conventions (`scale`, `heads`, ...) are taken.
  virtual void fields(Fields& /*fields*/) {}
  /// May depend on the options. Asked again in every step.
  virtual Needs needs() const = 0;
  /// Sets the paper's conventions.
  virtual void conventions(BalanceConventions& /*conventions*/) const {}
  /// Whether the method may be solved layer by layer (`gram: per_layer`).
  virtual bool layerwise() const { return false; }
  /// Of a method with `jacobian` or `features`: whether its direction is made of weights.
  virtual bool weighs() const { return true; }
  /// Called once, before the first step: makes state of these sizes.
  virtual void begin(const BalanceSizes& /*sizes*/) {}

  /// Writes the n weights, one for each task at hand. n = 1 is legal. Weights are finite for every
  /// finite G.
  virtual void weigh(const BalanceStep& step, std::span<double> weights);
  /// With `losses_after_update`: the same tasks, losses of the same batch after the update.
  virtual void after_update(const BalanceStep& /*step*/) {}
  /// With `jacobian`: writes the direction (P) and, where the method has weights, them; they
  /// arrive as NaN.
  virtual void combine(const JacobianStep& step, std::span<double> weights,
                       std::span<real> direction);
  /// With `features` and without `gram`. Weights as in `combine`.
  virtual void combine_features(const FeatureStep& step, std::span<double> weights);
  /// With `validation`: writes the weights of all tasks.
  virtual void solve(BilevelProblem& problem, const BalanceStep& step, std::span<double> weights);

  /// Everything the next step depends on, for exact resume: small state as numbers, state of the
  /// parameters' size as blocks that live as long as the method (made by `begin`).
  virtual std::vector<double> state() const { return {}; }
  /// Takes back what `state` gave; called before the first step of a run that resumes.
  virtual void restore(std::span<const double> /*state*/) {}
  /// A part of the state that is as large as the parameters.
  struct StateBlock {
    std::string name;  ///< different for each block
    Tensor value;      ///< its memory belongs to the method
  };
  /// The blocks that a checkpoint holds beside `state`.
  virtual std::vector<StateBlock> blocks() { return {}; }

  /// With `cross_product`: writes weights u of the tasks at hand, before there are losses unless
  /// `losses` asks for them. `weigh` of the same step, where
  /// it is called, is given what J(batch 3)' u does to their losses, to first order, in batch 2.
  virtual void probe(const BalanceStep& step, std::span<double> weights);
};
/// @}

}  // namespace espalier
