#include "experiment/key_candidates.hpp"

#include <algorithm>
#include <map>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/spec_parts.hpp"
#include "experiment/yaml_parse.hpp"

namespace espalier {

namespace {

using Rows = KeyCandidates::Rows;
using Keys = KeyCandidates::Keys;

/// Keys whose value is the name of an entry of a table, or a map from that name to its options.
const std::map<std::string, std::string> kChoices = {{"sharing", "sharing"},
                                                     {"balance", "balancers"},
                                                     {"optimizer", "optimizers"},
                                                     {"schedule", "schedules"}};

// `sharing: { plugin: { name: NAME, options... } }`
constexpr const char* kPlugin = "plugin";

template <class Object>
Rows rows_of_keys() {
  Object object;
  return named_rows([&](ConfigFields& f) { object.fields(f); });
}

FieldRow plain(std::string name, const char* type) {
  FieldRow row;
  row.name = std::move(name);
  row.type = type;
  return row;
}

void append(Rows& rows, Rows more) {
  for (FieldRow& row : more) rows.push_back(std::move(row));
}

// What stands behind `key`; null where nothing does.
const ConfigNode* child(const ConfigNode* node, std::string_view key) {
  return node == nullptr ? nullptr : node->find(key);
}

// "sharing.plugin.name", of the trunk or of a stage.
bool names_sharing_plugin(const Keys& keys) {
  const std::size_t n = keys.size();
  return n >= 3 && keys[n - 3] == "sharing" && keys[n - 2] == kPlugin && keys[n - 1] == "name";
}

std::vector<std::string> values_of(const FieldRow& row) {
  constexpr std::string_view kOneOf = "one of ";
  if (row.type == "true or false") return {"true", "false"};
  if (!row.type.starts_with(kOneOf)) {
    return row.default_value.empty() ? std::vector<std::string>{}
                                     : std::vector<std::string>{row.default_value};
  }
  std::vector<std::string> words;
  std::string_view rest = std::string_view(row.type).substr(kOneOf.size());
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(", "));
    words.emplace_back(word);
    rest.remove_prefix(std::min(rest.size(), word.size() + 2));
  }
  return words;
}

// The experiment, for its names; without it where it cannot be read.
ConfigNode read_for_names(PluginSearch& search) {
  try {
    if (!search.experiment.empty()) return load_yaml(search.experiment);
  } catch (const Error&) {
    search.experiment.clear();  // it will be said when it is run
  }
  return {};
}

}  // namespace

KeyCandidates::KeyCandidates(PluginSearch search)
    : root_(read_for_names(search)), reach_(std::move(search)) {}

bool KeyCandidates::is_choice(const std::string& key) { return kChoices.count(key) > 0; }

KeyCandidates::Rows KeyCandidates::at(const Keys& keys) const {
  if (keys.empty()) return rows_of_keys<ExperimentSpec>();
  const std::string& first = keys[0];
  if (first == "sharing") return sharing(first, keys, 1, root_.find(first));
  if (kChoices.count(first) > 0) return choice(kChoices.at(first), keys, 1);
  if (first == "trunk") return trunk(keys);
  if (first == "data" || first == "tasks") return entries(keys);
  if (keys.size() > 1) return {};
  if (first == "train") return rows_of_keys<TrainSpec>();
  if (first == "diagnostics") return rows_of_keys<DiagnosticsSpec>();
  return {};
}

std::vector<std::string> KeyCandidates::values(const Keys& keys) const {
  const std::string& last = keys.back();
  if (keys.size() == 1 && kChoices.count(last) > 0) return reach_.of_table(kChoices.at(last));
  if (keys.size() == 4 && keys[1] == "stages" && last == "sharing")
    return reach_.of_table("stage_sharing");
  if (names_sharing_plugin(keys)) return reach_.plugins("sharing");
  if (keys.size() == 3 && keys[0] == "data" && last == "source") return reach_.of_table("sources");
  if (keys.size() == 3 && keys[0] == "tasks" && last == "plugin") return reach_.plugins("task");
  if (keys.size() == 3 && keys[0] == "tasks" && last == "data") return names_in("data");
  for (const FieldRow& row : at({keys.begin(), keys.end() - 1})) {
    if (row.name == last) return values_of(row);
  }
  return {};
}

// Names of a table, then the options of the one that is named.
KeyCandidates::Rows KeyCandidates::choice(const std::string& table, const Keys& keys,
                                          std::size_t name) const {
  Rows rows;
  if (keys.size() == name) {
    for (std::string& each : reach_.of_table(table))
      rows.push_back(plain(std::move(each), "a map"));
  }
  if (keys.size() != name + 1) return rows;
  return reach_.options(table, keys[name]);
}

// The same where a plugin is named by a key of its own; `said` is what the experiment has there.
KeyCandidates::Rows KeyCandidates::sharing(const std::string& table, const Keys& keys,
                                           std::size_t name, const ConfigNode* said) const {
  Rows rows = choice(table, keys, name);
  if (keys.size() == name) rows.push_back(plain(kPlugin, "a map"));
  if (keys.size() != name + 1 || keys[name] != kPlugin) return rows;
  rows = {plain("name", "a text"), plain("groups", "a list of lists of tasks")};
  const ConfigNode* const plugin = child(child(said, kPlugin), "name");
  if (plugin != nullptr) append(rows, reach_.plugin_options(plugin->scalar, "sharing"));
  return rows;
}

KeyCandidates::Rows KeyCandidates::trunk(const Keys& keys) const {
  if (keys.size() == 1) {
    Rows rows = rows_of_keys<TrunkSpec>();
    for (FieldRow& row : rows) {
      if (row.name == "stages") row.type = "a map";  // by their numbers
    }
    return rows;
  }
  if (keys[1] != "stages") return {};
  if (keys.size() == 2) return stage_numbers();
  if (keys.size() > 3) {
    if (keys[3] != "sharing") return {};
    return sharing("stage_sharing", keys, 4, child(stage_at(keys[2]), "sharing"));
  }
  Stage stage;
  StageFields fields{stage};
  return named_rows([&](ConfigFields& f) { fields.fields(f); });
}

const ConfigNode* KeyCandidates::stage_at(const std::string& number) const {
  const ConfigNode* const stages = child(root_.find("trunk"), "stages");
  for (std::size_t i = 0; stages != nullptr && i < stages->items.size(); ++i) {
    if (text::cat(i) == number) return &stages->items[i];
  }
  return nullptr;
}

KeyCandidates::Rows KeyCandidates::stage_numbers() const {
  Rows rows;
  const ConfigNode* const stages = child(root_.find("trunk"), "stages");
  for (std::size_t i = 0; stages != nullptr && i < stages->items.size(); ++i) {
    rows.push_back(plain(text::cat(i), "a map"));
  }
  return rows;
}

KeyCandidates::Rows KeyCandidates::entries(const Keys& keys) const {
  Rows rows;
  if (keys.size() == 1) {
    for (const std::string& name : names_in(keys[0])) rows.push_back(plain(name, "a map"));
  }
  if (keys.size() != 2) return rows;
  rows = keys[0] == "data" ? rows_of_keys<DataSpec>() : rows_of_keys<TaskSpec>();
  const bool data = keys[0] == "data";
  const ConfigNode* const maker =
      child(child(root_.find(keys[0]), keys[1]), data ? "source" : "plugin");
  if (maker == nullptr) return rows;
  append(rows, data ? choice("sources", {maker->scalar}, 0)
                    : reach_.plugin_options(maker->scalar, "task"));
  return rows;
}

std::vector<std::string> KeyCandidates::names_in(const std::string& part) const {
  const ConfigNode* const node = root_.find(part);
  return node == nullptr ? std::vector<std::string>{} : node->keys();
}

}  // namespace espalier
