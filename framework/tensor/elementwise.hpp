#pragma once

#include "espalier/api.hpp"

/// Transcendental functions over n numbers, several at a time. A number's result does not depend on
/// where it stands or on n; x == y is allowed; NaN stays NaN.
namespace espalier::elementwise {

ESPALIER_API void exp(Index n, const real* x, real* y);
ESPALIER_API void tanh(Index n, const real* x, real* y);
/// 1 / (1 + exp(-x))
ESPALIER_API void sigmoid(Index n, const real* x, real* y);
/// log(1 + exp(x)), without overflow
ESPALIER_API void softplus(Index n, const real* x, real* y);
/// x Phi(x), Phi the normal distribution function
ESPALIER_API void gelu(Index n, const real* x, real* y);
/// Phi(x) + x phi(x)
ESPALIER_API void gelu_derivative(Index n, const real* x, real* y);

/// log sum exp(x_i) = maximum + log_of_sum; kept apart because the sum of the two is less precise.
struct LogSumExp {
  real maximum;
  double log_of_sum;
};
ESPALIER_API LogSumExp log_sum_exp(Index n, const real* x);
/// y = exp(x) / sum exp(x)
ESPALIER_API LogSumExp softmax(Index n, const real* x, real* y);

}  // namespace espalier::elementwise
