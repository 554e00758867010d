#pragma once

#include <functional>
#include <string>
#include <vector>

#include "espalier/fields.hpp"

namespace espalier {

/// One thing that an experiment can name.
struct CatalogEntry {
  std::string kind;  ///< "balancers", "layers", ...
  std::string name;
  std::string summary;
  std::string reference;  ///< paper, where there is one
  std::string detail;     ///< equations, needs and costs of a balancer; "" elsewhere
  std::function<void(Fields&)> list_fields;  ///< its options, with their defaults
  std::string beside;  ///< of a plugin: the kind it is used beside ("balancers"), or ""
  /// Of a plugin: loads it for `reference` and `detail`; null: they are there.
  std::function<void(CatalogEntry&)> complete;
};

/// Everything the tables hold, kind by kind.
ESPALIER_API std::vector<CatalogEntry> catalog();

/// The names of those of one kind.
ESPALIER_API std::vector<std::string> catalog_names(std::string_view kind);

/// The plugins in reach (see plugin/search.hpp), by their stamps: no code of them runs until
/// `list_fields` is called. Of an unusable one the summary says why.
ESPALIER_API std::vector<CatalogEntry> plugin_catalog(const std::vector<std::string>& folders);

/// The kinds in the order of `catalog`, as a user writes them in the plural: "balancers", ...
ESPALIER_API std::vector<std::string> catalog_kinds();

}  // namespace espalier
