#include "tensor/update.hpp"

#include <cmath>

#include "core/parallel.hpp"

namespace espalier::update {

void momentum(Index n, double rate, double decay, real* v, real* w) {
  const auto r = static_cast<real>(rate), d = static_cast<real>(decay);
  real* __restrict velocity = v;
  real* __restrict weight = w;
  parallel::for_numbers(n, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      velocity[i] += d * weight[i];
      weight[i] -= r * velocity[i];
    }
  });
}

void look_ahead(Index n, double rate, double mu, double decay, real* v, real* w) {
  const auto m = static_cast<real>(mu), d = static_cast<real>(decay);
  const auto ahead = static_cast<real>(rate * mu);
  real* __restrict velocity = v;
  real* __restrict weight = w;
  parallel::for_numbers(n, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const real old_velocity = velocity[i], old_weight = weight[i];
      velocity[i] = m * old_velocity + d * old_weight;
      weight[i] = old_weight + ahead * old_velocity;
    }
  });
}

void add(Index n, double factor, const real* v, real* w) {
  const auto f = static_cast<real>(factor);
  const real* __restrict velocity = v;
  real* __restrict weight = w;
  parallel::for_numbers(n, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) weight[i] += f * velocity[i];
  });
}

void adam(Index n, const Adam& a, const real* g, real* m, real* v, real* w) {
  const auto b1 = static_cast<real>(a.beta1), b2 = static_cast<real>(a.beta2);
  const auto c1 = static_cast<real>(1.0 - a.beta1), c2 = static_cast<real>(1.0 - a.beta2);
  const auto rate = static_cast<real>(a.rate), root = static_cast<real>(a.root);
  const auto epsilon = static_cast<real>(a.epsilon), decay = static_cast<real>(a.decay);
  const auto shrink = static_cast<real>(a.shrink);
  const real* __restrict gradient = g;
  real* __restrict first = m;
  real* __restrict second = v;
  real* __restrict weight = w;
  parallel::for_numbers(n, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const real gi = gradient[i] + decay * weight[i];
      first[i] = b1 * first[i] + c1 * gi;
      second[i] = b2 * second[i] + c2 * gi * gi;
      weight[i] = shrink * weight[i] - rate * first[i] / (root * std::sqrt(second[i]) + epsilon);
    }
  });
}

void rmsprop(Index n, const Rmsprop& r, const real* g, real* s, real* b, real* w) {
  const auto alpha = static_cast<real>(r.alpha), rest = static_cast<real>(1.0 - r.alpha);
  const auto rate = static_cast<real>(r.rate), epsilon = static_cast<real>(r.epsilon);
  const auto mu = static_cast<real>(r.momentum), decay = static_cast<real>(r.decay);
  parallel::for_numbers(n, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const real gi = g[i] + decay * w[i];
      s[i] = alpha * s[i] + rest * gi * gi;
      real step = gi / (std::sqrt(s[i]) + epsilon);
      if (b != nullptr) {
        b[i] = mu * b[i] + step;
        step = b[i];
      }
      w[i] -= rate * step;
    }
  });
}

}  // namespace espalier::update
