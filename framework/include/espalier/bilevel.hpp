// module: balance
#pragma once

#include <span>

#include "espalier/tensor.hpp"

namespace espalier {

/// @addtogroup balancers
/// @{

/// What a bilevel method may ask of the model in a step: losses and gradients on the step's
/// training batch and on a validation batch, at parameters that it moves and puts back. N counts
/// all parameters, trunk and heads; vectors over them follow one fixed order.
class BilevelProblem {
 public:
  /// Which batch of the step.
  enum class Batch : std::uint8_t { training, validation };

  virtual ~BilevelProblem() = default;
  virtual std::size_t tasks() const = 0;       ///< T, those of the experiment
  virtual std::size_t parameters() const = 0;  ///< N
  /// Learning rate of this step, after the schedule: the length of a virtual step.
  virtual double rate() const = 0;
  /// Losses (T) at the present parameters: one forward pass.
  virtual void losses(Batch batch, std::span<double> losses) = 0;
  /// Gradient (N) of sum w_t L_t at the present parameters, and the losses (T): one forward and one
  /// backward pass.
  virtual void gradient(Batch batch, std::span<const double> weights, std::span<double> losses,
                        std::span<real> gradient) = 0;
  /// parameters += amount * direction (N).
  virtual void move(double amount, std::span<const real> direction) = 0;
  /// The step moves all parameters along -direction (N) instead of the weighted losses' gradient.
  virtual void direct(std::span<const real> direction) = 0;
  /// Puts the parameters back to where the step found them, bit for bit.
  virtual void put_back() = 0;
};
/// @}

}  // namespace espalier
