#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// The weights that a plugin's method writes in a step. They lie before a margin, and arrive as a
/// NaN that no computation gives, so that a method that writes too few or too many is found out
/// before anything else is written over.
class CheckedWeights {
 public:
  /// n weights to be written.
  std::span<double> open(std::size_t n);
  /// Copies them to `to` (n). Throws PluginError "[plugin NAME] STAGE: ..." where more than n were
  /// written, or fewer where `all` must be.
  void take(std::string_view plugin, std::string_view stage, bool all, std::span<double> to) const;

 private:
  std::vector<double> numbers_;
  std::size_t count_ = 0;
};

}  // namespace espalier
