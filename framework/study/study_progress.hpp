#pragma once

#include <chrono>
#include <map>
#include <string>

#include "study/plan.hpp"

namespace espalier {

/// How far a study is, on stderr: one line, redrawn on a terminal, now and then elsewhere:
/// "12/40 runs done, 1 failed, 2 working, 25 left  ETA 3m20s  best letters 0.951 (hard, pcgrad)".
class ESPALIER_API StudyProgress {
 public:
  StudyProgress(const Study& study, const Store& store, bool quiet);
  /// Takes the plan that is run next; what is done already counts as done.
  void begin(const StudyPlan& plan);
  void done(const std::string& id);
  void failed(const std::string& id, const std::string& why);
  void show(std::size_t working);
  /// Leaves the line that was drawn.
  void end();

 private:
  using Clock = std::chrono::steady_clock;
  struct Known {
    std::string label, task;
    bool compared;
  };
  void note_best(const std::string& id);
  std::string line(std::size_t working) const;

  const Study& study_;
  const Store& store_;
  bool quiet_, terminal_;
  std::map<std::string, Known> known_;
  std::size_t total_ = 0, done_ = 0, failed_ = 0, done_here_ = 0;
  std::string best_task_, best_label_;
  double best_ = 0.0;
  Clock::time_point started_ = Clock::now(), shown_;
};

}  // namespace espalier
