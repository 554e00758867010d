#include "study/worker.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "core/program.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

pid_t start_worker(const std::string& command, const std::vector<std::string>& arguments,
                   const std::string& log_file, int claim) {
  std::vector<char*> argv = {const_cast<char*>(command.c_str())};
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  const pid_t driver = ::getpid();
  const pid_t worker = ::fork();
  if (worker < 0) {
    throw RunFailure(text::cat("[study] cannot start a worker: ", std::strerror(errno)));
  }
  if (worker > 0) return worker;
  // Only calls that are safe after a fork of a process with threads.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != driver) ::_exit(127);  // it died before the line above
  ::fcntl(claim, F_SETFD, 0);               // this one alone outlives the exec
  const int nothing = ::open("/dev/null", O_RDWR);
  const int errors = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (nothing < 0 || errors < 0) ::_exit(126);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(nothing, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  ::execv(command.c_str(), argv.data());
  ::_exit(127);
}

std::string own_command() {
  std::string path = program_file();
  if (path.empty()) throw RunFailure("[study] cannot find the running program: no /proc/self/exe");
  return path;
}

}  // namespace espalier
