#pragma once

#include <functional>

#include "experiment/config_fields.hpp"
#include "plugin/registry.hpp"
#include "sharing/every_stage.hpp"

namespace espalier {

/// `sharing: { plugin: { name: NAME, options... } }`: a way to share a stage that a plugin brings.
/// Read first, loaded later: the folders of plugins are known only when the whole file is read.
class PluginSharing final : public StageSharing {
 public:
  /// `between` lists fields that stand before the plugin's own options.
  void config_fields(ConfigFields& fields, const std::function<void()>& between);
  /// Loads the plugin and reads its options. Throws PluginError with `place` in front.
  void load(Registry& registry, const std::string& place);

  Demand demand(const Demand& out, bool last) const override;
  bool mixes() const override;
  Flows record(const StageNet& stage, const Flows& in) const override;

 private:
  std::string name_;
  ConfigNode options_;
  std::unique_ptr<StageSharing> loaded_;
};

/// The same for every stage of a trunk.
class PluginStrategy final : public EveryStage {
 public:
  PluginStrategy() : EveryStage(std::make_unique<PluginSharing>()) {}
  PluginSharing& plugin() { return static_cast<PluginSharing&>(sharing()); }
};

}  // namespace espalier
