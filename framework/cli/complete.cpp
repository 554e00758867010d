#include "cli/complete.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>

#include "cli/commands.hpp"
#include "cli/scaffold.hpp"
#include "core/shell.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/catalog.hpp"
#include "experiment/complete_key.hpp"
#include "experiment/run_folder.hpp"

namespace espalier::cli {

namespace fs = std::filesystem;

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> all;
  for (const CLI::App* const command : app.get_subcommands([](const CLI::App*) { return true; })) {
    all.push_back(command->get_name());
  }
  return all;
}

namespace {

using Words = std::vector<std::string>;

/// A command line that ends in the word to complete.
struct Line {
  std::string command;  ///< "run", "plugins info"
  Words given;          ///< the positionals before the word
  std::string option;   ///< that waits for its value; "" where none does
  std::string word;
  PluginSearch search;
};

using Answer = std::function<Words(const Line&)>;

// Names in the folder that the word stands in: `keep` says which, and as what.
Words entries(const std::string& word, const std::function<std::string(const fs::path&)>& keep) {
  const std::size_t slash = word.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : word.substr(0, slash + 1);
  Words all;
  std::error_code failed;
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, failed), end;
       !failed && entry != end; entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    const std::string kept = name.starts_with('.') ? "" : keep(entry->path());
    if (!kept.empty()) all.push_back(folder + kept);
  }
  return all;
}

Words yaml_files(const Line& line) {
  return entries(line.word, [](const fs::path& path) -> std::string {
    const std::string name = path.filename().string();
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) return name + "/";
    return name.ends_with(".yaml") || name.ends_with(".yml") ? name : "";
  });
}

// A run's folder is complete, any other goes on.
std::string folder_name(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return "";
  const std::string name = path.filename().string();
  return fs::exists(path / "spec.yaml", ignored) ? name : name + "/";
}

Words folders(const Line& line) { return entries(line.word, folder_name); }

// Also by what stands behind "runs/": see run_folder().
Words run_folders(const Line& line) {
  Words all = folders(line);
  if (line.word.find('/') != std::string::npos) return all;
  for (std::string& run : entries("runs/", folder_name)) {
    if (run.ends_with('/')) continue;
    if (!line.word.empty() && run.substr(5).starts_with(line.word)) all.push_back(run.substr(5));
    all.push_back(std::move(run));
  }
  return all;
}

Words overrides(const Line& line) { return complete_override(line.word, line.search); }

Words overrides_of_run(const Line& line) {
  PluginSearch search = line.search;
  search.experiment = line.given.empty() ? "" : run_folder(line.given[0]) + "/spec.yaml";
  return complete_override(line.word, search);
}

Words kinds(const Line& /*line*/) { return catalog_kinds(); }

Words plugins(const Line& line) {
  Words all;
  for (const PluginRecord& plugin : list_plugins(line.search)) all.push_back(plugin.name);
  return all;
}

Words names(const Line& line) {
  Words all = plugins(line);
  for (const CatalogEntry& entry : catalog()) all.push_back(entry.name);
  return all;
}

// As overrides of no experiment: the first positional is a method here.
Words behind(const std::string& before, const Line& line) {
  const PluginSearch search{line.search.folders, ""};
  Words all;
  for (const std::string& key : complete_override(before + line.word, search)) {
    all.push_back(key.substr(before.size()));
  }
  return all;
}

Words balancers(const Line& line) { return behind("balance=", line); }

// The options of the method that was named, and the conventions.
Words balancer_options(const Line& line) {
  return behind(text::cat("balance.", line.given[0], "."), line);
}

Words templates(const Line& /*line*/) { return new_kinds(); }
Words shells(const Line& /*line*/) { return {"bash", "zsh", "fish"}; }
Words nothing(const Line& /*line*/) { return {}; }

/// Positionals of a command, one after the other; the last one may come again where `again`.
struct Positionals {
  std::vector<Answer> answers;
  bool again = false;
};

const std::map<std::string, Positionals>& positionals() {
  static const std::map<std::string, Positionals> kTable = {
      {"run", {{yaml_files, overrides}, true}},
      {"check", {{yaml_files, overrides}, true}},
      {"describe", {{yaml_files, overrides}, true}},
      {"affinity", {{yaml_files, overrides}, true}},
      {"compare", {{yaml_files}}},
      {"report", {{yaml_files}}},
      {"list", {{kinds}}},
      {"info", {{names}}},
      {"balance", {{balancers, nothing, balancer_options}, true}},
      {"convert", {{run_folders}}},
      {"predict", {{run_folders, overrides_of_run}, true}},
      {"runs", {{folders}}},
      {"plugins info", {{plugins}}},
      {"plugins which", {{plugins}}},
      {"new", {{templates}}},
      {"completion", {{shells}}}};
  return kTable;
}

const std::map<std::string, Answer>& option_values() {
  static const std::map<std::string, Answer> kTable = {{"--out", folders},
                                                       {"--store", folders},
                                                       {"--experiment", yaml_files},
                                                       {"--split",
                                                        [](const Line&) {
                                                          return Words{"test", "validation"};
                                                        }},
                                                       {"--format", [](const Line&) {
                                                          return Words{"text", "csv", "md", "json"};
                                                        }}};
  return kTable;
}

Words options_of(const CLI::App& app) {
  Words all;
  for (const CLI::Option* const option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) all.push_back("--" + name);
  }
  return all;
}

const CLI::App* subcommand(const CLI::App& app, const std::string& name) {
  const Words all = commands_of(app);
  const bool there = std::ranges::find(all, name) != all.end();
  return there ? app.get_subcommand(name) : nullptr;
}

// An option's value, as far as it says what there is to complete.
void take_value(Line& line, const std::string& option, const std::string& value) {
  if (option == "--experiment") line.search.experiment = value;
  if (option != "--plugins" && option != "--plugin-path") return;
  for (std::string& folder : path_entries(value)) line.search.folders.push_back(std::move(folder));
}

// "--plugins" waits for its value, "--plugins=DIR" has it.
void take_option(const CLI::App& app, Line& line, const std::string& word) {
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(0, equals);
  const CLI::Option* const option = app.get_option_no_throw(name);
  if (option == nullptr || option->get_items_expected_max() <= 0) return;
  if (equals == std::string::npos) {
    line.option = name;
  } else {
    take_value(line, name, word.substr(equals + 1));
  }
}

// Reads one word before the last, as the command would.
void take(const CLI::App*& app, Line& line, const std::string& word) {
  if (!line.option.empty()) {
    take_value(line, line.option, word);
    line.option.clear();
    return;
  }
  if (word.starts_with('-')) return take_option(*app, line, word);
  const CLI::App* const inside = subcommand(*app, word);
  if (inside == nullptr) {
    line.given.push_back(word);
    return;
  }
  app = inside;
  line.command += (line.command.empty() ? "" : " ") + word;
}

Words answer(const CLI::App& app, const Line& line) {
  if (!line.option.empty()) {
    const auto known = option_values().find(line.option);
    return known == option_values().end() ? Words{} : known->second(line);
  }
  if (line.word.starts_with('-')) return options_of(app);
  Words commands = commands_of(app);
  if (!commands.empty()) return commands;
  const auto known = positionals().find(line.command);
  if (known == positionals().end()) return {};
  const auto& [answers, again] = known->second;
  const std::size_t place = line.given.size();
  if (place < answers.size()) return answers[place](line);
  return again ? answers.back()(line) : Words{};
}

}  // namespace

std::vector<std::string> complete(const CLI::App& app, const std::vector<std::string>& words) {
  Line line;
  const CLI::App* at = &app;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) take(at, line, words[i]);
  line.word = words.empty() ? "" : words.back();
  const bool named = !line.search.experiment.empty();  // by --experiment
  if (!named && !line.given.empty()) line.search.experiment = line.given[0];
  Words all;
  try {
    all = answer(*at, line);
  } catch (const Error&) {
    // Who completes is not told what is wrong: who runs it is.
  }
  return beginning_with(line.word, std::move(all));
}

}  // namespace espalier::cli
