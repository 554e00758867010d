#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/complete.hpp"

namespace espalier::cli {

namespace {

// bash splits words at '=' and ':', the command's arguments do not: the line is split again, and
// what stands before the last of them is taken off, since readline keeps it.
constexpr const char* kBash = R"sh(# espalier completion bash: source <(espalier completion bash)
_espalier() {
  local line="${COMP_LINE:0:COMP_POINT}" words current kept
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current="${words[-1]}"
  mapfile -t COMPREPLY < <("${words[0]}" complete -- "${words[@]:1}" 2> /dev/null)
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/.] ]]; then
    compopt -o nospace 2> /dev/null
  fi
  if [[ $current == *[=:]* ]]; then
    kept="${current%"${current##*[=:]}"}"
    COMPREPLY=("${COMPREPLY[@]#"$kept"}")
  fi
}
complete -o default -F _espalier espalier
)sh";

constexpr const char* kZsh = R"sh(#compdef espalier
# espalier completion zsh: source <(espalier completion zsh), or as _espalier in a folder of $fpath
_espalier() {
  local -a found open closed
  found=(${(f)"$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2> /dev/null)"})
  if (( ! $#found )); then
    _files
    return
  fi
  open=(${(M)found:#*[=/.]})
  closed=(${found:#*[=/.]})
  (( $#open )) && compadd -S '' -- $open
  (( $#closed )) && compadd -- $closed
}
if [[ $funcstack[1] == _espalier ]]; then
  _espalier "$@"
else
  compdef _espalier espalier
fi
)sh";

constexpr const char* kFish = R"sh(# espalier completion fish: espalier completion fish | source
function __espalier_words
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  $before[1] complete -- $before[2..] "$current" 2> /dev/null
end
complete -c espalier -n 'test (count (__espalier_words)) -gt 0' -f -a '(__espalier_words)'
)sh";

}  // namespace

std::string completion_script(const std::string& shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  return shell == "fish" ? kFish : "";
}

void add_completion(CLI::App& app) {
  CLI::App* const command =
      app.add_subcommand("completion", "a script that completes commands, keys and names");
  const auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([shell] { std::cout << completion_script(*shell); });
}

}  // namespace espalier::cli
