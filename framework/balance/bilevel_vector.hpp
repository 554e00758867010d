#pragma once

#include <string_view>
#include <vector>

#include "espalier/api.hpp"
#include "espalier/bilevel.hpp"

/// What bilevel methods share.
namespace espalier::bilevel {

/// <v, g_t> for every task, g_t the gradient of its training loss at the present parameters, by
/// central differences along v: (L_t(theta + e v) - L_t(theta - e v)) / (2 e), e = 0.01 / |v|. Two
/// forward passes; parameters are put back. Zeros where v is zero.
ESPALIER_API void slopes(BilevelProblem& problem, std::span<const real> v,
                         std::vector<double>& slopes);

/// softmax of `logits`.
ESPALIER_API std::vector<double> softmax(std::span<const double> logits);

/// Throws ConfigError where an element of `positions` is no task.
void check_tasks(std::string_view method, std::string_view option, std::span<const Index> positions,
                 std::size_t tasks);

}  // namespace espalier::bilevel
