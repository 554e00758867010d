#include "experiment/plugin_choice.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/config_choice.hpp"
#include "experiment/reference.hpp"
#include "plugin/registry.hpp"

namespace espalier {

namespace {

using Names = std::vector<std::string>;

bool contains(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Names with_plugins(Names names, const Registry* registry, std::string_view kind,
                   const std::string& wanted) {
  if (registry == nullptr || contains(names, wanted)) return names;
  for (std::string& name : plugin_names(registry, kind)) names.push_back(std::move(name));
  if (registry->has(wanted) && !contains(names, wanted)) names.push_back(wanted);
  return names;
}

template <class Listed>
Names option_names(Listed& listed) {
  Names names;
  for (const FieldRow& row : field_rows([&](ConfigFields& f) { listed.fields(f); })) {
    names.push_back(row.name);
  }
  return names;
}

// One key is one option: what stands beside a plugin's options keeps its names.
template <class Listed>
void check_options(const std::string& plugin, Listed& listed, const Names& taken) {
  for (const std::string& name : option_names(listed)) {
    if (!contains(taken, name)) continue;
    throw PluginError(text::cat("[plugin ", plugin, "] fields: expected options beside ",
                                text::join(taken, ", "), ", found another '", name, "'"));
  }
}

template <class Make>
auto placed(const std::string& place, Make make) {
  try {
    return make();
  } catch (const PluginError& error) {
    throw PluginError(text::cat(place, place.empty() ? "" : ": ", error.what()));
  }
}

}  // namespace

std::vector<std::string> plugin_names(const Registry* registry, std::string_view kind) {
  Names names;
  if (registry == nullptr) return names;
  const Names built_in = kind == "balancer" ? names_of(balancer_table()) : names_of(source_table());
  for (const PluginListing& plugin : registry->list()) {
    if (!plugin.why_not.empty() || plugin.kind != kind || contains(built_in, plugin.name)) continue;
    names.push_back(plugin.name);
  }
  return names;
}

std::vector<std::string> balancer_names(const Registry* registry, const std::string& wanted) {
  return with_plugins(names_of(balancer_table()), registry, "balancer", wanted);
}

std::vector<std::string> source_names(const Registry* registry, const std::string& wanted) {
  return with_plugins(names_of(source_table()), registry, "source", wanted);
}

std::unique_ptr<Balancer> make_balancer(Registry* registry, const std::string& name,
                                        const std::string& place) {
  if (auto built_in = make_named<Balancer>(balancer_table(), name)) return built_in;
  return placed(place, [&] {
    std::unique_ptr<Balancer> method = registry->load_balancer(name);
    BalanceConventions conventions;
    check_options(name, *method, option_names(conventions));
    return method;
  });
}

std::unique_ptr<Source> make_source(Registry* registry, const std::string& name,
                                    const std::string& place) {
  if (auto built_in = make_named<Source>(source_table(), name)) return built_in;
  return placed(place, [&] {
    std::unique_ptr<Source> source = registry->load_source(name);
    check_options(
        name, *source,
        {"source", "train", "test", "select", "limit", "validation", "count", "fraction"});
    return source;
  });
}

}  // namespace espalier
