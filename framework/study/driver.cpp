#include "study/driver.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/interrupt.hpp"
#include "study/worker.hpp"

namespace espalier {

namespace {

constexpr auto kPause = std::chrono::milliseconds(10);
constexpr int kKillsForgiven = 1;

}  // namespace

Driver::Driver(const Store& store, const DriverOptions& options, StudyProgress& progress)
    : store_(store), options_(options), progress_(progress) {}

bool Driver::run(const std::vector<PlannedRun>& runs) {
  std::vector<std::string> waiting;
  std::set<std::string> seen;
  for (const PlannedRun& run : runs) {
    if (!seen.insert(run.id).second || failed_.count(run.id) > 0) continue;
    if (store_.state(run.id) == Store::State::done) continue;
    specs_[run.id] = run.spec;
    waiting.push_back(run.id);
  }
  while (!waiting.empty() || !working_.empty()) {
    if (InterruptWatch::requested()) {
      stop_all();
      return false;
    }
    start(waiting);
    collect();
    waiting.insert(waiting.end(), again_.begin(), again_.end());
    again_.clear();
    progress_.show(working_.size());
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

void Driver::start(std::vector<std::string>& waiting) {
  std::erase_if(
      waiting, [&](const std::string& id) { return working_.size() < options_.jobs && start(id); });
}

// Whether there is nothing left to start here: the run has begun, or somebody has finished it.
bool Driver::start(const std::string& id) {
  const int claim = store_.claim(id);
  if (claim < 0) return false;
  if (store_.state(id) == Store::State::done) {  // by another driver, a moment ago
    ::close(claim);
    progress_.done(id);
    return true;
  }
  store_.write_spec(id, specs_.at(id));  // by the claim's holder alone
  std::vector<std::string> arguments = {
      "run", store_.spec_file(id), "--out", store_.folder(id), "--resume", "--quiet"};
  for (const std::string& folder : options_.plugin_folders) {
    arguments.insert(arguments.end(), {"--plugins", folder});
  }
  const pid_t pid = start_worker(options_.command, arguments, store_.log_file(id), claim);
  working_[pid] = {id, claim};
  return true;
}

void Driver::collect() {
  int status = 0;
  for (pid_t pid = ::waitpid(-1, &status, WNOHANG); pid > 0;
       pid = ::waitpid(-1, &status, WNOHANG)) {
    const auto found = working_.find(pid);
    if (found == working_.end()) continue;
    const Working worker = found->second;
    working_.erase(found);
    finish(worker, status);
    ::close(worker.claim);
  }
}

void Driver::finish(const Working& worker, int status) {
  const bool exited = WIFEXITED(status);
  // Its stderr may hold warnings of a good run.
  if (exited && WEXITSTATUS(status) == 0) {
    store_.forget_error(worker.id);
    progress_.done(worker.id);
    return;
  }
  const bool killed = WIFSIGNALED(status);
  const bool stopped = exited && WEXITSTATUS(status) == kInterruptedCode;
  if (stopped || (killed && killed_[worker.id]++ < kKillsForgiven)) {
    store_.forget_error(worker.id);
    if (!InterruptWatch::requested()) again_.push_back(worker.id);
    return;
  }
  store_.keep_error(worker.id,
                    killed ? text::cat("[run] killed by signal ", WTERMSIG(status), ", twice")
                           : text::cat("[run] ended with code ", WEXITSTATUS(status)));
  failed_.insert(worker.id);
  progress_.failed(worker.id, store_.error(worker.id));
}

// Workers finish their step, save, and exit with 130.
void Driver::stop_all() {
  for (const auto& [pid, worker] : working_) ::kill(pid, SIGTERM);
  while (!working_.empty()) {
    collect();
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace espalier
