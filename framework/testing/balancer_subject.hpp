#pragma once

#include "espalier/testing.hpp"
#include "plugin/balancer_handle.hpp"
#include "testing/given_options.hpp"

namespace espalier::testing {

/// What the checks of balancers are about.
struct BalancerSubject {
  const PluginInfo& info;
  const Options& options;
  const BalancerSetting& setting;

  /// A new object with the options set.
  std::unique_ptr<Balancer> make() const {
    return ready(std::make_unique<BalancerHandle>(nullptr, info));
  }
  /// The same with an object that was made elsewhere.
  std::unique_ptr<Balancer> ready(std::unique_ptr<Balancer> method) const {
    configure(*method, options);
    return method;
  }
};

}  // namespace espalier::testing
