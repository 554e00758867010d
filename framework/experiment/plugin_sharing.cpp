#include "experiment/plugin_sharing.hpp"

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/config_read.hpp"
#include "experiment/config_write.hpp"

namespace espalier {

void PluginSharing::config_fields(ConfigFields& f, const std::function<void()>& between) {
  f.word({"name", "plugin that brings it (`espalier list plugins`)", true}, name_);
  between();
  f.rest("options of the plugin", options_);
}

void PluginSharing::load(Registry& registry, const std::string& place) {
  try {
    loaded_ = registry.load_sharing(name_);
  } catch (const PluginError& error) {
    throw PluginError(text::cat(place, ": ", error.what()));
  }
  read_fields(options_, "sharing.plugin", *loaded_);
  options_ = write_fields(*loaded_);
}

Demand PluginSharing::demand(const Demand& out, bool last) const {
  return loaded_->demand(out, last);
}

bool PluginSharing::mixes() const { return loaded_->mixes(); }

Flows PluginSharing::record(const StageNet& stage, const Flows& in) const {
  return loaded_->record(stage, in);
}

}  // namespace espalier
