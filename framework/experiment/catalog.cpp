#include "experiment/catalog.hpp"

#include <memory>

#include "balance/balancer.hpp"
#include "core/text.hpp"
#include "data/source.hpp"
#include "espalier/balance_conventions.hpp"
#include "experiment/plugin_choice.hpp"
#include "nn/layer.hpp"
#include "optim/optimizer.hpp"
#include "optim/schedule.hpp"
#include "plugin/registry.hpp"
#include "plugin/search.hpp"
#include "sharing/strategy.hpp"

namespace espalier {

namespace {

template <class Table>
void add(std::vector<CatalogEntry>& all, const char* kind, const Table& table) {
  for (const auto& entry : table) {
    const auto make = entry.make;
    all.push_back({kind,
                   std::string(entry.name),
                   std::string(entry.summary),
                   "",
                   "",
                   [make](Fields& fields) { make()->fields(fields); },
                   "",
                   {}});
  }
}

template <class Table>
void add_sharing(std::vector<CatalogEntry>& all, const char* kind, const Table& table) {
  for (const auto& entry : table) {
    const auto make = entry.make;
    const SharingInfo& info = entry.info;
    all.push_back({kind,
                   std::string(entry.name),
                   std::string(info.summary),
                   std::string(info.paper),
                   text::cat(info.detail, "\nshared parameters: ", info.shared),
                   [make](Fields& fields) { make()->fields(fields); },
                   "",
                   {}});
  }
}

// The conventions are listed with the method's own defaults.
void list_balancer(Balancer& method, Fields& fields) {
  BalanceConventions conventions;
  method.conventions(conventions);
  method.fields(fields);
  conventions.fields(fields);
}

std::string detail_of(const Balancer& method) {
  const std::string_view formula = method.info().formula;
  return text::cat(formula, formula.empty() ? "" : "\n", describe_needs(method.needs()));
}

void add_balancers(std::vector<CatalogEntry>& all) {
  for (const BalancerEntry& entry : balancer_table()) {
    const auto make = entry.make;
    const std::unique_ptr<Balancer> method = make();
    const BalancerInfo info = method->info();
    all.push_back({"balancers",
                   std::string(entry.name),
                   std::string(info.summary),
                   std::string(info.paper),
                   detail_of(*method),
                   [make](Fields& fields) { list_balancer(*make(), fields); },
                   "",
                   {}});
  }
}

}  // namespace

std::vector<CatalogEntry> catalog() {
  std::vector<CatalogEntry> all;
  add_sharing(all, "sharing", sharing_table());
  add_sharing(all, "stage_sharing", stage_sharing_table());
  add_balancers(all);
  add(all, "layers", layer_table());
  add(all, "optimizers", optimizer_table());
  add(all, "schedules", schedule_table());
  add(all, "sources", source_table());
  return all;
}

namespace {

using SharedRegistry = std::shared_ptr<Registry>;

CatalogEntry plugin_entry(const PluginListing& plugin, const SharedRegistry& registry) {
  CatalogEntry entry{"plugins", plugin.name, "", "", "", {}, "", {}};
  const std::string name = plugin.name;
  if (!plugin.why_not.empty()) {
    entry.summary = "unusable: " + plugin.why_not;
  } else {
    entry.summary = (plugin.kind == "sharing" ? "sharing: " : "") + plugin.summary;
  }
  if (plugin.kind == "sharing") {
    entry.list_fields = [registry, name](Fields& f) { registry->load_sharing(name)->fields(f); };
  } else if (plugin.kind == "source") {
    entry.beside = "sources";
    entry.list_fields = [registry, name](Fields& f) {
      make_source(&*registry, name, "")->fields(f);
    };
  } else if (plugin.kind == "balancer") {
    entry.beside = "balancers";
    entry.list_fields = [registry, name](Fields& f) {
      list_balancer(*make_balancer(&*registry, name, ""), f);
    };
    entry.complete = [registry, name](CatalogEntry& e) {
      const std::unique_ptr<Balancer> method = make_balancer(&*registry, name, "");
      e.reference = method->info().paper;
      e.detail = detail_of(*method);
    };
  } else {
    entry.list_fields = [registry, name](Fields& f) { registry->load(name).fields(f); };
  }
  return entry;
}

// What is built in has the name, so nothing can ask for the plugin's.
void note_shadowed(std::vector<CatalogEntry>& plugins) {
  for (const CatalogEntry& known : catalog()) {
    for (CatalogEntry& plugin : plugins) {
      if (plugin.beside.empty() || known.kind != plugin.beside || known.name != plugin.name)
        continue;
      plugin.summary = text::cat("unusable: ", plugin.beside, " of the framework have its name");
      plugin.beside.clear();
    }
  }
}

}  // namespace

std::vector<std::string> catalog_names(std::string_view kind) {
  std::vector<std::string> names;
  for (const CatalogEntry& entry : catalog()) {
    if (entry.kind == kind) names.push_back(entry.name);
  }
  return names;
}

std::vector<CatalogEntry> plugin_catalog(const std::vector<std::string>& folders) {
  const auto registry = std::make_shared<Registry>(plugin_folders({}, folders));
  std::vector<CatalogEntry> all;
  for (const PluginListing& plugin : registry->list()) {
    all.push_back(plugin_entry(plugin, registry));
  }
  note_shadowed(all);
  return all;
}

std::vector<std::string> catalog_kinds() {
  return {"sharing",    "stage_sharing", "balancers", "layers",
          "optimizers", "schedules",     "sources",   "plugins"};
}

}  // namespace espalier
