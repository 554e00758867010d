#pragma once

#include <memory>
#include <string>

#include "plugin/checked_weights.hpp"
#include "plugin/make_object.hpp"

namespace espalier {

/// A method that a plugin made, and the plugin's library. Its calls go through `guard`, and what
/// comes back is checked.
class ESPALIER_API BalancerHandle final : public Balancer {
 public:
  /// `library` is null for a plugin that is linked into the program. Throws PluginError.
  BalancerHandle(std::shared_ptr<const Library> library, const PluginInfo& info);

  /// The summary is the stamp's.
  BalancerInfo info() const override { return {summary_, formula_, paper_}; }
  void fields(Fields& fields) override;
  Needs needs() const override;
  void conventions(BalanceConventions& conventions) const override;
  bool layerwise() const override;
  bool weighs() const override;
  void begin(const BalanceSizes& sizes) override;

  void weigh(const BalanceStep& step, std::span<double> weights) override;
  void after_update(const BalanceStep& step) override;
  void combine(const JacobianStep& step, std::span<double> weights,
               std::span<real> direction) override;
  void combine_features(const FeatureStep& step, std::span<double> weights) override;
  void solve(BilevelProblem& problem, const BalanceStep& step, std::span<double> weights) override;
  void probe(const BalanceStep& step, std::span<double> weights) override;

  std::vector<double> state() const override;
  void restore(std::span<const double> state) override;
  std::vector<StateBlock> blocks() override;

 private:
  void check_finite(const char* stage, const BalanceStep& step, std::span<const double> weights,
                    bool may_be_absent) const;

  std::string plugin_, summary_, formula_, paper_;
  Made<Balancer> method_;
  CheckedWeights weights_;
};

}  // namespace espalier
