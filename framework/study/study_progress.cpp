#include "study/study_progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "study/measure.hpp"

namespace espalier {

namespace {

constexpr auto kRedraw = std::chrono::milliseconds(200);
constexpr auto kReport = std::chrono::seconds(20);  // where lines stay

}  // namespace

StudyProgress::StudyProgress(const Study& study, const Store& store, bool quiet)
    : study_(study), store_(store), quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}

void StudyProgress::begin(const StudyPlan& plan) {
  known_.clear();
  total_ = done_ = 0;
  for (const PlannedRun& run : plan.runs) {
    const Known known{plan.contenders[run.contender].label, run.task, run.trial.empty()};
    if (!known_.emplace(run.id, known).second) continue;
    ++total_;
    if (store_.state(run.id) != Store::State::done) continue;
    ++done_;
    note_best(run.id);
  }
  total_ += plan.undecided;
}

void StudyProgress::done(const std::string& id) {
  ++done_;
  ++done_here_;
  note_best(id);
}

void StudyProgress::failed(const std::string& id, const std::string& why) {
  ++failed_;
  if (quiet_) return;
  std::fprintf(stderr, "%s%s: %s failed: %s\n", terminal_ ? "\r\033[K" : "", study_.name.c_str(),
               id.c_str(), why.c_str());
}

// Of the runs that are compared, the one that is best at the first task, on validation rows: test
// rows are for the report. Nothing where no rows were split off.
void StudyProgress::note_best(const std::string& id) {
  const Known& known = known_.at(id);
  if (!known.compared || !known.task.empty()) return;
  const Measure first = measures_of(store_.summary(id), study_.select.metric).at(0);
  if (!first.validation) return;
  const double value = *first.validation;
  const bool better = first.higher_is_better ? value > best_ : value < best_;
  if (!best_label_.empty() && !better) return;
  best_ = value;
  best_task_ = text::cat(first.task, " ", first.name);
  best_label_ = known.label;
}

std::string StudyProgress::line(std::size_t working) const {
  const std::size_t left = total_ - std::min(total_, done_ + failed_ + working);
  std::string out = text::cat(study_.name, ": ", done_, "/", total_, " runs done, ", failed_,
                              " failed, ", working, " working, ", left, " left");
  const double spent = std::chrono::duration<double>(Clock::now() - started_).count();
  if (done_here_ > 0) {
    const auto open = static_cast<double>(total_ - std::min(total_, done_ + failed_));
    out += "  ETA " + text::duration(open * spent / static_cast<double>(done_here_));
  }
  if (!best_label_.empty()) {
    out += text::cat("  best ", best_task_, " ", text::number(best_), " (", best_label_, ")");
  }
  return out;
}

void StudyProgress::show(std::size_t working) {
  const auto now = Clock::now();
  if (quiet_ || now - shown_ < (terminal_ ? Clock::duration(kRedraw) : Clock::duration(kReport))) {
    return;
  }
  shown_ = now;
  std::fprintf(stderr, "%s%s%s", terminal_ ? "\r\033[K" : "", line(working).c_str(),
               terminal_ ? "" : "\n");
  std::fflush(stderr);
}

void StudyProgress::end() {
  if (quiet_) return;
  std::fprintf(stderr, "%s%s\n", terminal_ ? "\r\033[K" : "", line(0).c_str());
}

}  // namespace espalier
