#include "testing/open_library.hpp"

#include <algorithm>
#include <filesystem>

#include "core/program.hpp"
#include "core/text.hpp"
#include "plugin/registry.hpp"
#include "plugin/search.hpp"

namespace espalier::testing {

namespace {

// What the test names is meant, whatever copy of it is installed elsewhere. plugin_folders() knows
// a prefix's folder and the variable; a plugin's own build has the one beside the program.
std::vector<std::string> searched(const std::string& name, std::vector<std::string> folders) {
  if (Registry(folders).has(name)) return folders;
  const std::filesystem::path program = program_file();
  if (!program.empty()) folders.push_back(program.parent_path() / "plugins");
  return plugin_folders({}, folders);
}

}  // namespace

OpenedLibrary open_library(const std::string& name, const std::vector<std::string>& folders) {
  const auto registry = std::make_shared<Registry>(searched(name, folders));
  const std::vector<PluginListing> all = registry->list();
  if (std::ranges::find(all, name, &PluginListing::name) == all.end()) {
    OpenedLibrary none;
    none.why_not = text::cat("no espalier_", name, ".so in ", text::join(registry->folders(), ", "),
                             "; name its folder in ", kPluginPathVariable);
    return none;
  }
  return {"",
          registry,
          [registry, name] { return registry->load(name); },
          [registry, name] { return registry->load_sharing(name); },
          [registry, name] { return registry->load_balancer(name); },
          [registry, name] { return registry->load_source(name); }};
}

}  // namespace espalier::testing
