// `sharing` of the trunk and of a stage: a strategy, its options, and who shares with whom.
#include "core/text.hpp"
#include "experiment/plugin_sharing.hpp"
#include "experiment/spec_parts.hpp"

namespace espalier {

namespace {

using Kind = ConfigNode::Kind;

/// `[[a, b], [c]]`
class GroupsForm final : public Form {
 public:
  explicit GroupsForm(Groups& groups) : groups_(groups) {}
  std::string type() const override { return "a list of lists of tasks"; }

  void read(const ConfigNode& node, const std::string& path) const override {
    if (node.kind != Kind::list) refuse(node, path);
    groups_.clear();
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const ConfigNode& item = node.items[i];
      const std::string inside = path_inside(path, text::cat(i));
      if (item.kind != Kind::list || item.items.empty()) refuse(item, inside);
      groups_.emplace_back();
      for (const ConfigNode& name : item.items) {
        if (name.kind != Kind::scalar) refuse(name, inside);
        groups_.back().push_back(name.scalar);
      }
    }
  }

  ConfigNode write() const override {
    if (groups_.empty()) return {};
    ConfigNode node = ConfigNode::make_list();
    for (const std::vector<std::string>& group : groups_) {
      node.items.push_back(ConfigNode::make_list());
      for (const std::string& name : group) {
        node.items.back().items.push_back(ConfigNode::make_text(name));
      }
    }
    return node;
  }

 private:
  [[noreturn]] static void refuse(const ConfigNode& node, const std::string& path) {
    refuse_at(node, path,
              "expected groups of tasks such as [[a, b], [c]], found " + describe_found(node));
  }

  Groups& groups_;
};

constexpr Field kGroups = {"groups",
                           "who shares with whom, such as [[a, b], [c]]; none: all together"};

// Beside the tables: one that a plugin brings.
constexpr const char* kPlugin = "plugin";

std::vector<std::string> with_plugin(std::vector<std::string> names) {
  names.emplace_back(kPlugin);
  return names;
}

// What no other field names are the plugin's options.
void list_plugin(ConfigFields& f, PluginSharing& plugin, Groups& groups) {
  plugin.config_fields(f, [&] { f.form(kGroups, GroupsForm(groups)); });
}

}  // namespace

std::vector<std::string> SharingForm::names() const {
  return with_plugin(names_of(sharing_table()));
}

void SharingForm::choose(const std::string& name, const std::string& place) const {
  TableChoice::choose(name, place);
  if (name == kPlugin) sharing_.object = std::make_unique<PluginStrategy>();
  groups_.clear();
}

void SharingForm::fields(ConfigFields& f) const {
  auto* const plugin = dynamic_cast<PluginStrategy*>(sharing_.object.get());
  if (plugin != nullptr) return list_plugin(f, plugin->plugin(), groups_);
  TableChoice::fields(f);
  f.form(kGroups, GroupsForm(groups_));
}

std::vector<std::string> StageSharingForm::names() const {
  return with_plugin(names_of(stage_sharing_table()));
}

void StageSharingForm::choose(const std::string& name, const std::string& place) const {
  stage_.sharing = name;
  stage_.sharing_place = place;
  stage_.own_sharing = make_named<StageSharing>(stage_sharing_table(), name);
  if (name == kPlugin) stage_.own_sharing = std::make_unique<PluginSharing>();
  stage_.groups.clear();
}

void StageSharingForm::fields(ConfigFields& f) const {
  auto* const plugin = dynamic_cast<PluginSharing*>(stage_.own_sharing.get());
  if (plugin != nullptr) return list_plugin(f, *plugin, stage_.groups);
  stage_.own_sharing->fields(f);
  f.form(kGroups, GroupsForm(stage_.groups));
}

}  // namespace espalier
