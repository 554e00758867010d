#include "experiment/progress_line.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "core/text.hpp"

namespace espalier {

namespace {

std::string shown(double value) { return text::fixed(value, 4); }

std::string scores_text(const std::vector<std::pair<std::string, double>>& values) {
  std::string text;
  for (const auto& [name, value] : values) text += " " + name + " " + shown(value);
  return text;
}

// On a terminal a longer line would wrap and could not be redrawn.
constexpr std::size_t kTerminalColumns = 110;

}  // namespace

ProgressLine::ProgressLine(const Prepared& run, bool quiet)
    : run_(run),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) == 1),
      first_step_(run.trainer->state().step) {}

std::string ProgressLine::position() const {
  const RunState& state = run_.trainer->state();
  return text::cat("epoch ", state.epoch + 1, "/", run_.spec.train.epochs, " step ",
                   state.step_in_epoch, "/", run_.trainer->steps_per_epoch());
}

// The first step of this process pays for page faults and is left out of the estimate.
std::string ProgressLine::speed() const {
  const RunState& state = run_.trainer->state();
  const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
  const auto done = static_cast<double>(state.step - first_step_);
  if (done < 2.0 || seconds <= 0.0) return "";
  const auto total = static_cast<double>(run_.trainer->total_steps());
  const double left = (total - static_cast<double>(state.step)) * seconds / done;
  const double rate = done * static_cast<double>(run_.trainer->examples_per_step()) / seconds;
  return text::cat("  ", std::llround(rate), " examples/s  ETA ", text::duration(left));
}

void ProgressLine::draw(const std::string& line, bool keep) {
  if (terminal_) {
    const std::string cut = keep ? line : line.substr(0, kTerminalColumns);
    std::fprintf(stderr, "\r\033[K%s%s", cut.c_str(), keep ? "\n" : "");
    drawn_ = !keep;
  } else if (keep) {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  std::fflush(stderr);
}

void ProgressLine::step() {
  const auto now = Clock::now();
  if (quiet_ || !terminal_ || now - last_drawn_ < std::chrono::milliseconds(200)) return;
  last_drawn_ = now;
  std::string line = position();
  for (std::size_t t = 0; t < run_.tasks.size(); ++t) {
    line += text::cat("  ", run_.tasks[t].name, " ", shown(run_.trainer->losses()[t]));
  }
  draw(line + speed(), /*keep=*/false);
}

void ProgressLine::epoch(const Results& results) {
  if (quiet_) return;
  const RunState& state = run_.trainer->state();
  std::string line = text::cat("epoch ", state.epoch + 1, "/", run_.spec.train.epochs);
  for (std::size_t t = 0; t < run_.tasks.size(); ++t) {
    line += text::cat("  ", run_.tasks[t].name, ":", scores_text(results.at("train")[t]));
    const auto validation = results.find("validation");
    if (validation == results.end() || std::isnan(validation->second[t][0].second)) continue;
    line += " | validation" + scores_text(validation->second[t]);
  }
  draw(line + speed(), /*keep=*/true);
}

void ProgressLine::say(const std::string& sentence) {
  if (!quiet_) draw(sentence, /*keep=*/true);
}

}  // namespace espalier
