#include "experiment/catalog.hpp"

#include <memory>

#include "balance/balancer.hpp"
#include "core/text.hpp"
#include "data/source.hpp"
#include "espalier/balance_conventions.hpp"
#include "nn/layer.hpp"
#include "optim/optimizer.hpp"
#include "optim/schedule.hpp"
#include "plugin/registry.hpp"
#include "sharing/strategy.hpp"

namespace espalier {

namespace {

template <class Table>
void add(std::vector<CatalogEntry>& all, const char* kind, const Table& table) {
  for (const auto& entry : table) {
    const auto make = entry.make;
    all.push_back({kind, std::string(entry.name), std::string(entry.summary), "", "",
                   [make](Fields& fields) { make()->fields(fields); }});
  }
}

template <class Table>
void add_sharing(std::vector<CatalogEntry>& all, const char* kind, const Table& table) {
  for (const auto& entry : table) {
    const auto make = entry.make;
    const SharingInfo& info = entry.info;
    all.push_back({kind, std::string(entry.name), std::string(info.summary),
                   std::string(info.paper),
                   text::cat(info.detail, "\nshared parameters: ", info.shared),
                   [make](Fields& fields) { make()->fields(fields); }});
  }
}

// The conventions are listed with the method's own defaults.
void add_balancers(std::vector<CatalogEntry>& all) {
  for (const BalancerEntry& entry : balancer_table()) {
    const auto make = entry.make;
    const std::unique_ptr<Balancer> method = make();
    const BalancerInfo info = method->info();
    all.push_back(
        {"balancers", std::string(entry.name), std::string(info.summary), std::string(info.paper),
         text::cat(info.formula, "\n", describe_needs(method->needs())), [make](Fields& fields) {
           const std::unique_ptr<Balancer> shown = make();
           BalanceConventions conventions;
           shown->conventions(conventions);
           shown->fields(fields);
           conventions.fields(fields);
         }});
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

std::vector<CatalogEntry> plugin_catalog(const std::vector<std::string>& folders) {
  const auto registry = std::make_shared<Registry>(plugin_folders(folders));
  std::vector<CatalogEntry> all;
  for (const PluginListing& plugin : registry->list()) {
    const bool usable = plugin.why_not.empty();
    const std::string name = plugin.name;
    const bool shares = plugin.kind == "sharing";
    all.push_back(
        {"plugins", name,
         usable ? (shares ? "sharing: " : "") + plugin.summary : "unusable: " + plugin.why_not, "",
         "", [registry, name, shares](Fields& fields) {
           if (shares) return registry->load_sharing(name)->fields(fields);
           registry->load(name).fields(fields);
         }});
  }
  return all;
}

std::vector<std::string> catalog_kinds() {
  return {"sharing",    "stage_sharing", "balancers", "layers",
          "optimizers", "schedules",     "sources",   "plugins"};
}

}  // namespace espalier
