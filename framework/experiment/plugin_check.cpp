#include "experiment/plugin_check.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/plugin_probe.hpp"
#include "plugin/elf_stamp.hpp"
#include "plugin/handshake.hpp"
#include "plugin/search.hpp"

namespace espalier {

namespace {

using Clock = std::chrono::steady_clock;

/// The process that runs the plugin's code, and what it says.
class Probe {
 public:
  Probe(const std::string& path, const std::string& name) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) fail("make a pipe");
    process_ = ::fork();
    if (process_ < 0) fail("start a process");
    if (process_ == 0) run(path, name, pipe[1]);
    ::close(pipe[1]);
    from_ = pipe[0];
  }
  ~Probe() {
    if (!ended_) {  // its number may be another's once it was waited for
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    ::close(from_);
  }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  /// The next lines; "" at the end. False: nothing for `seconds`.
  bool read(std::string& text, double seconds) const {
    const auto limit = Clock::now() + std::chrono::duration<double>(seconds);
    pollfd waiting{from_, POLLIN, 0};
    while (true) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(limit - Clock::now()).count();
      const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<long>(0, left)));
      if (ready < 0 && errno == EINTR) continue;
      if (ready == 0) return false;
      std::array<char, 4096> part{};
      const ssize_t got = ::read(from_, part.data(), part.size());
      if (got < 0 && errno == EINTR) continue;
      text.assign(part.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
      return true;
    }
  }

  /// How it ended, as words; "" where it ended in order. REQUIRES that its pipe has ended.
  std::string ending() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    ended_ = true;
    if (WIFSIGNALED(status)) {
      return text::cat("crashed (SIG", ::sigabbrev_np(WTERMSIG(status)), ")");
    }
    if (WEXITSTATUS(status) == 0) return "";
    return text::cat("ended the process with code ", WEXITSTATUS(status));
  }

 private:
  [[noreturn]] static void fail(const char* what) {
    throw RunFailure(text::cat("[plugins] cannot ", what, ": ", std::strerror(errno)));
  }
  [[noreturn]] static void run(const std::string& path, const std::string& name, int to) {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);  // what the plugin prints is no answer of ours
    probe_plugin(path, name, to);
    ::_exit(0);
  }

  pid_t process_ = -1;
  int from_ = -1;
  bool ended_ = false;
};

FieldRow option_of(const std::string& line) {
  const auto option = nlohmann::json::parse(line);
  FieldRow row;
  row.name = option.at("name");
  row.type = option.at("type");
  row.default_value = option.at("default");
  row.doc = option.at("doc");
  row.required = option.at("required");
  return row;
}

void take_line(const std::string& line, PluginCheck& check, bool& done) {
  const std::string word = line.substr(0, line.find(' '));
  const std::string rest = line.substr(word.size() + 1);
  if (word == "stage") check.stage = rest;
  if (word == "option") check.options.push_back(option_of(rest));
  if (word == "refused") check.why_not = rest;
  if (word == "done") done = true;
}

std::string sentence(const PluginCheck& check, const std::string& what) {
  return text::cat("[plugin ", check.file, "] ", check.stage, ": ", what);
}

void run_probe(PluginCheck& check, double seconds) {
  Probe probe(check.file, check.name);
  std::string said, part;
  bool done = false;
  while (true) {
    if (!probe.read(part, seconds)) {
      check.why_not =
          sentence(check, text::cat("has not returned for ", text::number(seconds), " s"));
      return;
    }
    if (part.empty()) break;
    said += part;
    for (std::size_t end = said.find('\n'); end != std::string::npos; end = said.find('\n')) {
      take_line(said.substr(0, end), check, done);
      said.erase(0, end + 1);
    }
  }
  const std::string ending = probe.ending();
  if (done && ending.empty()) {
    check.stage.clear();
  } else if (check.why_not.empty()) {
    check.why_not = sentence(check, ending.empty() ? "ended the process" : ending);
  }
}

}  // namespace

PluginCheck check_plugin(const std::string& path, double seconds) {
  PluginCheck check;
  check.file = std::filesystem::absolute(path).lexically_normal().string();
  check.stage = "stamp";
  try {
    const std::string stamp = read_stamp(check.file);
    check.name = plugin_name_of_file(check.file);
    const PluginStamp accepted = check_stamp(check.file, stamp, check.name);
    if (check.name.empty()) {
      throw PluginError(text::cat("[plugin ", check.file, "] expected a file named espalier_",
                                  accepted.name, ".so, found another name; rename it"));
    }
    check.kind = accepted.kind;
    check.summary = accepted.summary;
  } catch (const PluginError& error) {
    check.why_not = error.what();
    return check;
  }
  run_probe(check, seconds);
  return check;
}

}  // namespace espalier
