#pragma once

#include "espalier/testing.hpp"
#include "plugin/sharing_handle.hpp"
#include "testing/given_options.hpp"

namespace espalier::testing {

/// What the checks of ways to share are about.
struct SharingSubject {
  const PluginInfo& info;
  const Options& options;
  const SharingSetting& setting;

  /// A new object with the options set.
  std::unique_ptr<StageSharing> make() const {
    return ready(std::make_unique<SharingHandle>(nullptr, info));
  }
  /// The same with an object that was made elsewhere.
  std::unique_ptr<StageSharing> ready(std::unique_ptr<StageSharing> sharing) const {
    configure(*sharing, options);
    return sharing;
  }
};

}  // namespace espalier::testing
