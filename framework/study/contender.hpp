#pragma once

#include "study/study.hpp"

namespace espalier {

/// One combination of the study's axes; or, where `alone`, each task trained by itself.
struct Contender {
  std::string label;              ///< "cross_stitch, pcgrad"; each once in a study
  std::vector<Setting> settings;  ///< one for each axis that counts
  bool alone = false;
  std::string reference;  ///< label of the contender `alone` that it is measured against, or ""
};

/// A value in a word: "hard", "[letters,digits]", "mmoe(experts=4)".
ESPALIER_API std::string short_text(const ConfigNode& value);

/// "hard, batch=32": axes `sharing` and `balance` by their value, others with the last of their
/// key.
std::string label_of(const std::vector<Setting>& settings);

/// Every choice of one value of each axis, the last axis fastest; one empty choice of no axes.
std::vector<std::vector<Setting>> combinations(const std::vector<Axis>& axes);

/// Combinations in the order of the axes, the last one fastest, without those of `except`; before
/// them each task alone, once for every combination of the axes that say more than how tasks share
/// and are balanced. Throws ConfigError where nothing is left.
ESPALIER_API std::vector<Contender> contenders_of(const Study& study);

}  // namespace espalier
