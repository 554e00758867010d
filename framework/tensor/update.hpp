#pragma once

#include "espalier/api.hpp"

/// The elementwise part of the update rules, one pass each over n numbers.
namespace espalier::update {

/// v += decay * w;  w -= rate * v
ESPALIER_API void momentum(Index n, double rate, double decay, real* v, real* w);

/// Nesterov's step before the gradient is known, both from the old v and w:
/// v = mu v + decay w;  w += rate mu v
ESPALIER_API void look_ahead(Index n, double rate, double mu, double decay, real* v, real* w);

/// w += factor * v
ESPALIER_API void add(Index n, double factor, const real* v, real* w);

struct Adam {
  double rate = 0.0;  ///< learning rate / (1 - beta1^t)
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double root = 1.0;    ///< 1 / sqrt(1 - beta2^t)
  double decay = 0.0;   ///< added to the gradient (Adam)
  double shrink = 1.0;  ///< multiplies w before the step (AdamW: 1 - rate * decay)
};
/// m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
/// w = shrink w - rate m / (root sqrt(v) + epsilon)
ESPALIER_API void adam(Index n, const Adam& a, const real* g, real* m, real* v, real* w);

struct Rmsprop {
  double rate = 0.0;
  double alpha = 0.99;
  double epsilon = 1e-8;
  double momentum = 0.0;
  double decay = 0.0;
};
/// s = alpha s + (1 - alpha) g^2;  b = momentum b + g / (sqrt(s) + epsilon);  w -= rate b.
/// b may be null where momentum is zero.
ESPALIER_API void rmsprop(Index n, const Rmsprop& r, const real* g, real* s, real* b, real* w);

}  // namespace espalier::update
