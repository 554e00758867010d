#include "experiment/complete_key.hpp"

#include <algorithm>
#include <map>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/catalog.hpp"
#include "experiment/plugin_check.hpp"
#include "experiment/reference.hpp"
#include "experiment/spec_parts.hpp"
#include "experiment/yaml_parse.hpp"

namespace espalier {

namespace {

using Rows = std::vector<FieldRow>;
using Keys = std::vector<std::string>;  // a path: "train.epochs" in two

constexpr double kProbeSeconds = 2.0;

/// Keys whose value is the name of an entry of a table, or a map from that name to its options.
const std::map<std::string, std::string> kChoices = {{"sharing", "sharing"},
                                                     {"balance", "balancers"},
                                                     {"optimizer", "optimizers"},
                                                     {"schedule", "schedules"}};

/// Tables that plugins of a kind stand beside.
const std::map<std::string, std::string> kPluginKinds = {{"balancers", "balancer"},
                                                         {"sources", "source"}};

// `sharing: { plugin: { name: NAME, options... } }`
constexpr const char* kPlugin = "plugin";

template <class List>
Rows rows_of(const List& list) {
  Rows all = field_rows(list);
  std::erase_if(all, [](const FieldRow& row) { return row.name == "..."; });
  return all;
}

template <class Object>
Rows rows_of_keys() {
  Object object;
  return rows_of([&](ConfigFields& f) { object.fields(f); });
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

/// The keys and values of one experiment.
class Candidates {
 public:
  explicit Candidates(const PluginSearch& search) : search_(search) {
    try {
      if (!search.experiment.empty()) root_ = load_yaml(search.experiment);
    } catch (const Error&) {
      search_.experiment.clear();  // it will be said when it is run
    }
  }

  /// What can stand behind `keys`.
  Rows at(const Keys& keys) const {
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

  /// What can be the value of the last of `keys`.
  std::vector<std::string> values(const Keys& keys) const {
    const std::string& last = keys.back();
    if (keys.size() == 1 && kChoices.count(last) > 0) return names_of(kChoices.at(last));
    if (keys.size() == 4 && keys[1] == "stages" && last == "sharing")
      return names_of("stage_sharing");
    if (names_sharing_plugin(keys)) return plugins("sharing");
    if (keys.size() == 3 && keys[0] == "data" && last == "source") return names_of("sources");
    if (keys.size() == 3 && keys[0] == "tasks" && last == "plugin") return plugins("task");
    if (keys.size() == 3 && keys[0] == "tasks" && last == "data") return names_in("data");
    for (const FieldRow& row : at({keys.begin(), keys.end() - 1})) {
      if (row.name == last) return values_of(row);
    }
    return {};
  }

 private:
  static std::vector<std::string> values_of(const FieldRow& row) {
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

  // The usable plugins of a kind.
  std::vector<std::string> plugins(const std::string& kind) const {
    std::vector<std::string> all;
    try {
      for (const PluginRecord& plugin : list_plugins(search_)) {
        if (plugin.why_not.empty() && plugin.kind == kind) all.push_back(plugin.name);
      }
    } catch (const Error&) {  // `plugins:` of the experiment: the tables are there all the same
    }
    return all;
  }

  Rows plugin_options(const std::string& name, const std::string& kind) const {
    try {
      const PluginRecord plugin = find_plugin(search_, name);
      if (plugin.kind != kind) return {};
      return check_plugin(plugin.file, kProbeSeconds).options;
    } catch (const Error&) {
      return {};
    }
  }

  // Names of a table, and of the plugins that stand beside it.
  std::vector<std::string> names_of(const std::string& table) const {
    std::vector<std::string> names = catalog_names(table);
    const auto kind = kPluginKinds.find(table);
    if (kind == kPluginKinds.end()) return names;
    for (std::string& name : plugins(kind->second)) names.push_back(std::move(name));
    return names;
  }

  std::vector<std::string> names_in(const char* part) const {
    const ConfigNode* const node = root_.find(part);
    return node == nullptr ? std::vector<std::string>{} : node->keys();
  }

  // Names of a table, then the options of the one that is named.
  Rows choice(const std::string& table, const Keys& keys, std::size_t name) const {
    Rows rows;
    if (keys.size() == name) {
      for (std::string& each : names_of(table)) rows.push_back(plain(std::move(each), "a map"));
    }
    if (keys.size() != name + 1) return rows;
    for (const CatalogEntry& entry : catalog()) {
      if (entry.kind == table && entry.name == keys[name]) return rows_of(entry.list_fields);
    }
    const auto kind = kPluginKinds.find(table);
    if (kind == kPluginKinds.end()) return rows;
    const std::vector<std::string> there = plugins(kind->second);
    if (std::ranges::find(there, keys[name]) == there.end()) return rows;
    rows = plugin_options(keys[name], kind->second);
    // What stands beside the options of every method.
    if (table == "balancers") append(rows, rows_of_keys<BalanceConventions>());
    return rows;
  }

  // The same where a plugin is named by a key of its own; `said` is what the experiment has there.
  Rows sharing(const std::string& table, const Keys& keys, std::size_t name,
               const ConfigNode* said) const {
    Rows rows = choice(table, keys, name);
    if (keys.size() == name) rows.push_back(plain(kPlugin, "a map"));
    if (keys.size() != name + 1 || keys[name] != kPlugin) return rows;
    rows = {plain("name", "a text"), plain("groups", "a list of lists of tasks")};
    const ConfigNode* const plugin = child(child(said, kPlugin), "name");
    if (plugin != nullptr) append(rows, plugin_options(plugin->scalar, "sharing"));
    return rows;
  }

  Rows trunk(const Keys& keys) const {
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
    return rows_of([&](ConfigFields& f) { fields.fields(f); });
  }

  const ConfigNode* stage_at(const std::string& number) const {
    const ConfigNode* const stages = child(root_.find("trunk"), "stages");
    for (std::size_t i = 0; stages != nullptr && i < stages->items.size(); ++i) {
      if (text::cat(i) == number) return &stages->items[i];
    }
    return nullptr;
  }

  Rows stage_numbers() const {
    Rows rows;
    const ConfigNode* const stages = child(root_.find("trunk"), "stages");
    for (std::size_t i = 0; stages != nullptr && i < stages->items.size(); ++i) {
      rows.push_back(plain(text::cat(i), "a map"));
    }
    return rows;
  }

  Rows entries(const Keys& keys) const {
    Rows rows;
    if (keys.size() == 1) {
      for (const std::string& name : names_in(keys[0].c_str()))
        rows.push_back(plain(name, "a map"));
    }
    if (keys.size() != 2) return rows;
    rows = keys[0] == "data" ? rows_of_keys<DataSpec>() : rows_of_keys<TaskSpec>();
    const bool data = keys[0] == "data";
    const ConfigNode* const maker =
        child(child(root_.find(keys[0]), keys[1]), data ? "source" : "plugin");
    if (maker == nullptr) return rows;
    append(rows,
           data ? choice("sources", {maker->scalar}, 0) : plugin_options(maker->scalar, "task"));
    return rows;
  }

  PluginSearch search_;
  ConfigNode root_;
};

Keys split(std::string_view path) {
  Keys keys;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    keys.emplace_back(path.substr(0, dot));
    path.remove_prefix(dot + 1);
  }
  keys.emplace_back(path);
  return keys;
}

}  // namespace

std::vector<std::string> beginning_with(const std::string& typed, std::vector<std::string> all) {
  std::erase_if(all, [&](const std::string& word) { return !word.starts_with(typed); });
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<std::string> complete_override(const std::string& typed, const PluginSearch& search) {
  const Candidates candidates(search);
  std::vector<std::string> all;
  const std::size_t equals = typed.find('=');
  if (equals != std::string::npos) {
    const std::string key = typed.substr(0, equals);
    for (const std::string& value : candidates.values(split(key))) {
      all.push_back(text::cat(key, "=", value));
    }
    return beginning_with(typed, std::move(all));
  }
  Keys keys = split(typed);
  keys.pop_back();
  const std::string before = keys.empty() ? "" : text::join(keys, ".") + ".";
  for (const FieldRow& row : candidates.at(keys)) {
    const bool chosen = keys.empty() && kChoices.count(row.name) > 0;
    const bool inside = row.type.starts_with("a map");
    if (chosen || inside) all.push_back(text::cat(before, row.name, "."));
    if (chosen || !inside) all.push_back(text::cat(before, row.name, "="));
  }
  return beginning_with(typed, std::move(all));
}

}  // namespace espalier
