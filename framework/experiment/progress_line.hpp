#pragma once

#include <chrono>
#include <string>

#include "experiment/summary.hpp"

namespace espalier {

/// Tells how a run goes, on stderr: a line redrawn in place on a terminal; elsewhere one plain line
/// an epoch, without control characters.
class ProgressLine {
 public:
  ProgressLine(const Prepared& run, bool quiet);

  /// After a step: redraws at most five times a second.
  void step();
  /// After an epoch: its line stays.
  void epoch(const Results& results);
  /// A sentence of its own.
  void say(const std::string& sentence);

 private:
  std::string position() const;
  std::string speed() const;
  void draw(const std::string& line, bool keep);

  using Clock = std::chrono::steady_clock;

  const Prepared& run_;
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  std::uint64_t first_step_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point last_drawn_;
};

}  // namespace espalier
