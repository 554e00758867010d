#pragma once

#include "espalier/sharing.hpp"

namespace espalier {

/// Options of `experts` (see experts.cpp); strategies set what is theirs.
struct ExpertsOptions {
  Index shared = 4;  ///< experts that all tasks may use
  Index own = 0;     ///< experts of each task alone
  std::string gate = "softmax";
  std::string gate_input = "features";
  Index k = 2;            ///< top_k: experts; dselect: selectors
  double gamma = 1.0;     ///< dselect: width of the smooth step
  double entropy = 1e-6;  ///< dselect: factor of the entropy term
};

class Experts final : public StageSharing {
 public:
  Experts() = default;
  explicit Experts(const ExpertsOptions& options) : options_(options) {}
  void fields(Fields& fields) override;
  Demand demand(const Demand& out, bool last) const override;
  Flows record(const StageNet& stage, const Flows& in) const override;

 private:
  ExpertsOptions options_;
};

}  // namespace espalier
