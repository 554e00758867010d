#pragma once

#include <memory>
#include <string>

#include "plugin/make_object.hpp"

namespace espalier {

/// A way to share a stage that a plugin made, and the plugin's library. Its calls go through
/// `guard`, and what comes back is checked.
class SharingHandle final : public StageSharing {
 public:
  /// `library` is null for a plugin that is linked into the program. Throws PluginError.
  SharingHandle(std::shared_ptr<const Library> library, const PluginInfo& info);

  void fields(Fields& fields) override;
  Demand demand(const Demand& out, bool last) const override;
  bool mixes() const override;
  Flows record(const StageNet& stage, const Flows& in) const override;

 private:
  std::string plugin_;
  Made<StageSharing> sharing_;
};

}  // namespace espalier
