#pragma once

#include <functional>
#include <map>
#include <set>

#include "study/plan.hpp"
#include "study/study_progress.hpp"

namespace espalier {

struct DriverOptions {
  std::size_t jobs = 1;  ///< worker processes at a time
  std::string command;   ///< `espalier`
  std::vector<std::string> plugin_folders;
};

/// Runs what is missing of a plan, one process a run, as long as it is not interrupted. Runs that
/// another driver has are waited for. A worker that a signal killed is started once more; one that
/// fails leaves its reason in the store and stops no other.
class ESPALIER_API Driver {
 public:
  Driver(const Store& store, const DriverOptions& options, StudyProgress& progress);

  /// False when it was interrupted (Ctrl-C, SIGTERM): its workers have saved and stopped.
  bool run(const std::vector<PlannedRun>& runs);
  /// What failed since this driver began, and is not tried again by it.
  const std::set<std::string>& failed() const { return failed_; }

 private:
  struct Working {
    std::string id;
    int claim;
  };

  void start(std::vector<std::string>& waiting);
  bool start(const std::string& id);
  void collect();
  void finish(const Working& worker, int status);
  void stop_all();

  const Store& store_;
  const DriverOptions& options_;
  StudyProgress& progress_;
  std::map<std::string, std::string> specs_;  ///< of what is to be run
  std::map<pid_t, Working> working_;
  std::map<std::string, int> killed_;  ///< how often
  std::vector<std::string> again_;     ///< to be queued again
  std::set<std::string> failed_;
};

}  // namespace espalier
