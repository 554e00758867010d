#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/commands.hpp"
#include "core/build_id.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

// Exit codes: 0 done, 1 failed while running, 2 bad input, 130 interrupted.

int main(int argc, char** argv) {
  CLI::App app{"Espalier: multi-task learning experiments from YAML", "espalier"};
  app.set_version_flag("--version", espalier::text::cat("espalier ", espalier::version(), "\n",
                                                        espalier::build_string()));
  app.require_subcommand(1);
  int exit_code = 0;
  espalier::cli::add_commands(app, exit_code);
  try {
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
  } catch (const std::exception& error) {
    std::cerr << "espalier: internal error: " << error.what() << '\n';
    return 1;
  }
}
