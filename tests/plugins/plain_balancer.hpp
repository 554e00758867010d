#pragma once

#include <algorithm>

#include "espalier/plugin.hpp"

/// A method with nothing wrong: equal weights. The bad plugins of its kind change one thing each.
class PlainBalancer : public espalier::Balancer {
 public:
  espalier::Needs needs() const override { return {.losses = true}; }
  void weigh(const espalier::BalanceStep& /*step*/, std::span<double> weights) override {
    std::ranges::fill(weights, 1.0);
  }
};
