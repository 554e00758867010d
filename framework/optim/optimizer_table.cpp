#include "optim/make.hpp"

namespace espalier {

Optimizer::~Optimizer() = default;

std::span<const OptimizerEntry> optimizer_table() {
  static constexpr OptimizerEntry kTable[] = {
      {"sgd", "stochastic gradient descent: plain, momentum, Nesterov", make_sgd},
      {"adam", "Adam, Kingma & Ba 2015", make_adam},
      {"adamw", "Adam with decoupled decay, Loshchilov & Hutter 2019", make_adamw},
      {"rmsprop", "RMSprop, Tieleman & Hinton 2012", make_rmsprop},
  };
  return kTable;
}

std::span<const ScheduleEntry> schedule_table() {
  static constexpr ScheduleEntry kTable[] = {
      {"constant", "the same rate throughout", make_constant_schedule},
      {"step", "drops by a factor every few epochs", make_step_schedule},
      {"cosine", "half a cosine from 1 down to a final factor", make_cosine_schedule},
  };
  return kTable;
}

}  // namespace espalier
