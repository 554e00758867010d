#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/scaffold.hpp"
#include "core/program.hpp"
#include "core/shell.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/catalog.hpp"

namespace espalier::cli {

namespace fs = std::filesystem;

namespace {

struct Kind {
  std::string_view name;
  std::string_view variant;  ///< of --kind; "": there is no choice
  std::vector<std::string> templates;
};

/// The first variant of a kind is the one that is made without --kind.
const std::vector<Kind>& kinds() {
  static const std::vector<Kind> kAll = {
      {"task", "classification", {"task", "task_classification"}},
      {"task", "regression", {"task", "task_regression"}},
      {"task", "custom", {"task", "task_custom"}},
      {"sharing", "", {"sharing"}},
      {"balancer", "", {"balancer"}},
      {"source", "", {"source"}},
      {"experiment", "", {"experiment"}},
  };
  return kAll;
}

[[noreturn]] void refuse(const std::string& what, const std::vector<std::string>& choices,
                         const std::string& found) {
  throw ConfigError(text::cat("[new] expected ", what, " (", text::join(choices, ", "), "), found ",
                              text::quoted(found), text::suggestion(found, choices)));
}

const Kind& chosen(const std::string& name, const std::string& variant) {
  const std::vector<std::string> names = new_kinds();
  std::vector<std::string> variants;
  for (const Kind& kind : kinds()) {
    if (kind.name == name && !kind.variant.empty()) variants.emplace_back(kind.variant);
  }
  if (std::ranges::find(names, name) == names.end()) refuse("what to make", names, name);
  if (variants.empty() && !variant.empty()) {
    throw ConfigError(text::cat("[new] expected no --kind for ", name,
                                ", which has one kind only, "
                                "found ",
                                text::quoted(variant)));
  }
  const auto fits = [&](const Kind& kind) {
    return kind.name == name && (variant.empty() || kind.variant == variant);
  };
  const auto found = std::ranges::find_if(kinds(), fits);
  if (found == kinds().end()) refuse("a kind of " + name, variants, variant);
  return *found;
}

// A plugin of the same name would be found beside the framework's own.
void check_not_taken(const std::string& name) {
  std::vector<CatalogEntry> all = catalog();
  for (CatalogEntry& plugin : plugin_catalog({})) all.push_back(std::move(plugin));
  const auto same = std::ranges::find(all, name, &CatalogEntry::name);
  if (same == all.end()) return;
  throw ConfigError(text::cat("[new] expected a name that is not taken, found '", name, "' (",
                              same->kind, ": ", same->summary, "); `espalier list` shows them"));
}

bool is_installed() {
  std::error_code ignored;
  return fs::exists(program_home() + "/lib/cmake/espalier", ignored);
}

// CMake finds the package of a prefix whose bin is in PATH; others it must be told.
std::string prefix_option() {
  if (!is_installed()) return " -DCMAKE_PREFIX_PATH=PREFIX";
  const std::string prefix = program_home();
  std::error_code ignored;
  const char* const path = std::getenv("PATH");
  for (const std::string& folder : path_entries(path == nullptr ? "" : path)) {
    if (fs::equivalent(folder, prefix + "/bin", ignored)) return "";
  }
  return text::cat(" -DCMAKE_PREFIX_PATH=", shell_word(prefix));
}

// A plugin is built against an installed framework: a build alone has no package for CMake.
void print_install_first() {
  if (is_installed()) return;
  std::cout
      << "\nThis `espalier` is not installed: install the framework first, to a PREFIX of your "
         "choice:\n\n    cmake --install "
      << shell_word(program_home()) << " --prefix PREFIX\n";
}

void make(const std::string& what, const std::string& variant, const std::string& name) {
  const Kind& kind = chosen(what, variant);
  check_new_name(name);
  if (what != "experiment") check_not_taken(name);
  for (const std::string& file : write_scaffold(name, kind.templates)) {
    std::cout << name << '/' << file << '\n';
  }
  if (what != "experiment") print_install_first();
  std::cout << "\nNext (more in " << name << "/README.md):\n\n    cd " << name << '\n';
  if (what == "experiment") {
    std::cout << "    espalier run experiment.yaml\n";
  } else {
    std::cout << "    cmake -S . -B build" << prefix_option()
              << " && cmake --build build && ctest --test-dir build\n"
                 "    espalier run experiment.yaml --plugins build/plugins\n";
  }
}

}  // namespace

std::vector<std::string> new_kinds() {
  std::vector<std::string> names;
  for (const Kind& kind : kinds()) {
    if (names.empty() || names.back() != kind.name) names.emplace_back(kind.name);
  }
  return names;
}

void add_new(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("new", "a folder with a plugin of your own, or an experiment");
  const auto what = std::make_shared<std::string>();
  const auto name = std::make_shared<std::string>();
  const auto variant = std::make_shared<std::string>();
  command->add_option("what", *what, text::join(new_kinds(), ", "))->required();
  command->add_option("name", *name, "its name and the folder's, e.g. vowel")->required();
  command->add_option("--kind", *variant,
                      "of a task: classification (default), regression, custom (a loss op and a "
                      "measure of its own)");
  command->callback([what, name, variant] { make(*what, *variant, *name); });
}

}  // namespace espalier::cli
