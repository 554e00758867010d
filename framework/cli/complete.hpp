#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): not our name
class App;
}

namespace espalier::cli {

/// The names of the commands in `app`.
std::vector<std::string> commands_of(const CLI::App& app);

/// What the last of `words` can go on as, after the others: commands, options, files, keys, names.
/// From the command's own tables, so that it stays true. Empty: nothing that the command knows more
/// of than the shell does.
std::vector<std::string> complete(const CLI::App& app, const std::vector<std::string>& words);

/// The script that makes `shell` ask `espalier complete -- WORDS...`; "" for an unknown one.
std::string completion_script(const std::string& shell);

}  // namespace espalier::cli
