#pragma once

#include "study/study.hpp"

namespace espalier {

/// `{ sharing: [none, hard], optimizer.sgd.learning_rate: { from: 0.001, to: 0.1, count: 3, log:
/// true } }`.
class AxesForm final : public Form {
 public:
  explicit AxesForm(std::vector<Axis>& axes) : axes_(axes) {}
  std::string type() const override;
  void read(const ConfigNode& node, const std::string& path) const override;
  ConfigNode write() const override { return {}; }

 private:
  std::vector<Axis>& axes_;
};

}  // namespace espalier
