#pragma once

#include "espalier/plugin.hpp"

/// Nothing is wrong with it: each plugin of this folder is wrong in one way only.
class PlainTask : public espalier::Task {
 public:
  void accept(const espalier::TargetColumn& /*column*/) override {}
  espalier::Var head(const espalier::Net& net, espalier::Var features) const override {
    return espalier::linear(net, "output", features, {.units = 2});
  }
  espalier::Var loss(const espalier::Net& net, espalier::Var prediction,
                     espalier::Var target) const override {
    return espalier::mean_squared_error(net, prediction, target);
  }
  std::vector<std::unique_ptr<espalier::Metric>> metrics() const override { return {}; }
};
