#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/complete.hpp"
#include "core/build_id.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

// Exit codes: 0 done, 1 failed while running, 2 bad input, 130 interrupted.

namespace {

// CLI11 would only say that a command is required.
void check_command(const CLI::App& app, int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  const std::vector<std::string> names = espalier::cli::commands_of(app);
  if (names.empty()) return;
  if (word.empty() || word.starts_with('-')) return;
  if (std::ranges::find(names, word) != names.end()) {
    return check_command(*app.get_subcommand(std::string(word)), argc - 1, argv + 1);
  }
  throw espalier::ConfigError(
      espalier::text::cat("expected a command (", espalier::text::join(names, ", "), "), found ",
                          espalier::text::quoted(word), espalier::text::suggestion(word, names)));
}

// `espalier complete -- WORDS...` is asked by the shells' scripts; the words are whatever was
// typed, so that no parser must see them.
bool answer_shell(const CLI::App& app, int argc, char** argv) {
  if (argc < 3 || std::string_view(argv[1]) != "complete" || std::string_view(argv[2]) != "--") {
    return false;
  }
  for (const std::string& word : espalier::cli::complete(app, {argv + 3, argv + argc})) {
    std::cout << word << '\n';
  }
  return true;
}

int run(int argc, char** argv) {
  CLI::App app{"Espalier: multi-task learning experiments from YAML", "espalier"};
  app.set_version_flag("--version", espalier::text::cat("espalier ", espalier::version(), "\n",
                                                        espalier::build_string()));
  app.require_subcommand(1);
  int exit_code = 0;
  espalier::cli::add_commands(app, exit_code);
  if (answer_shell(app, argc, argv)) return 0;
  try {
    check_command(app, argc, argv);
    app.parse(argc, argv);
    return exit_code;
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  } catch (const espalier::BadInput& error) {
    std::cerr << "espalier: " << error.what() << '\n';
    return 2;
  } catch (const espalier::Error& error) {
    std::cerr << "espalier: " << error.what() << '\n';
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "espalier: internal error: %s\n", error.what());
    return 1;
  }
}
