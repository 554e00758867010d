#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/complete.hpp"

namespace espalier::cli {

namespace {

// bash splits words at '=' and ':', the command's arguments do not: the line is split again, by its
// quotes and backslashes but without running anything in it. What stands before the last '=' or
// ':', or before a quote that is still open, is taken off, since readline keeps it; what is left
// must read as one word: inside the open quote it does, elsewhere it takes backslashes.
constexpr const char* kBash = R"sh(# espalier completion bash: source <(espalier completion bash)
_espalier_split() {
  local line="$1" char i begun=""
  words=() current="" quote="" kept=""
  for ((i = 0; i < ${#line}; ++i)); do
    char="${line:i:1}"
    if [[ -n $quote && $char == "$quote" ]]; then
      quote=""
    elif [[ -n $quote && ( $quote == "'" || $char != "\\" ) ]]; then
      current+="$char"
    elif [[ $char == "\\" ]]; then
      i=$((i + 1))
      current+="${line:i:1}" begun=1
    elif [[ $char == [\'\"] ]]; then
      quote="$char" kept="$current" begun=1
    elif [[ $char == [[:space:]] ]]; then
      [[ -n $begun ]] && words+=("$current")
      current="" kept="" begun=""
    else
      current+="$char" begun=1
    fi
  done
  words+=("$current")
  [[ -n $quote ]] || kept="${current%"${current##*[=:]}"}"
}
_espalier() {
  local -a words
  local current quote kept i
  _espalier_split "${COMP_LINE:0:COMP_POINT}"
  mapfile -t COMPREPLY < <("${words[0]/#\~/$HOME}" complete -- "${words[@]:1}" 2> /dev/null)
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/.] ]]; then
    compopt -o nospace 2> /dev/null
  fi
  for i in "${!COMPREPLY[@]}"; do
    COMPREPLY[i]="${COMPREPLY[i]#"$kept"}"
    if [[ -z $quote && ${COMPREPLY[i]} == *[!A-Za-z0-9_./=:,+-]* ]]; then
      printf -v "COMPREPLY[i]" %q "${COMPREPLY[i]}"
    fi
  done
}
complete -o default -F _espalier espalier
)sh";

constexpr const char* kZsh = R"sh(#compdef espalier
# espalier completion zsh: source <(espalier completion zsh), or as _espalier in a folder of $fpath
_espalier() {
  local -a found open closed
  found=(${(f)"$("${words[1]/#\~/$HOME}" complete -- "${(@Q)words[2,CURRENT]}" 2> /dev/null)"})
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
