#pragma once

#include <memory>
#include <string>
#include <vector>

#include "balance/balancer.hpp"
#include "data/source.hpp"
#include "experiment/config_node.hpp"

namespace espalier {

class Registry;

// Balancers and sources by name: those of the tables, and those that plugins bring. A name of a
// table always means what is built in. `registry` may be null: then there are no plugins.

/// The names of the balancers; plugins' only where `wanted` is none of the table's. `wanted` is
/// among them where a plugin of that name is in reach, whatever it brings: `make_balancer` says.
ESPALIER_API std::vector<std::string> balancer_names(const Registry* registry,
                                                     const std::string& wanted);
ESPALIER_API std::vector<std::string> source_names(const Registry* registry,
                                                   const std::string& wanted);

/// A new balancer or source of one of these names. Throws PluginError with `place` in front where
/// the plugin is unusable, brings something else, or has options whose names are taken.
ESPALIER_API std::unique_ptr<Balancer> make_balancer(Registry* registry, const std::string& name,
                                                     const std::string& place);
ESPALIER_API std::unique_ptr<Source> make_source(Registry* registry, const std::string& name,
                                                 const std::string& place);

/// The usable plugins' names of one kind ("balancer", "source") that no table has, sorted.
ESPALIER_API std::vector<std::string> plugin_names(const Registry* registry, std::string_view kind);

}  // namespace espalier
