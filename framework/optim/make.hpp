#pragma once

#include <memory>

#include "optim/optimizer.hpp"
#include "optim/schedule.hpp"

/// One maker for each rule and schedule of this folder; `optimizer_table` and `schedule_table` name
/// them.
namespace espalier {

std::unique_ptr<Optimizer> make_adam();
std::unique_ptr<Optimizer> make_adamw();
std::unique_ptr<Optimizer> make_rmsprop();
std::unique_ptr<Optimizer> make_sgd();

std::unique_ptr<Schedule> make_constant_schedule();
std::unique_ptr<Schedule> make_cosine_schedule();
std::unique_ptr<Schedule> make_step_schedule();

}  // namespace espalier
