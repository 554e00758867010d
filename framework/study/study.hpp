#pragma once

#include <string>
#include <utility>
#include <vector>

#include "experiment/config_fields.hpp"

namespace espalier {

/// A key of an experiment, and what it is set to.
using Setting = std::pair<std::string, ConfigNode>;

/// One line of `vary:` or `search.over:`: a key and the values it takes.
struct Axis {
  std::string key;
  std::vector<ConfigNode> values;
};

/// `budget:`, the same for every run. All zero: what the experiment says.
struct StudyBudget {
  Index epochs = 0;
  Index steps = 0;
  double seconds = 0.0;

  void fields(Fields& fields);
};

/// `select:`: which measure decides, and on which rows. Never on test rows.
struct StudySelect {
  std::string metric;  ///< empty: the first metric of each task
  std::string on = "validation";

  void fields(Fields& fields);
};

/// `search:`: options that every contender, and the baseline, chooses for itself on validation.
struct StudySearch {
  std::vector<Axis> over;
  Index trials = 0;  ///< drawn at random from the grid; 0: the whole grid
  Index seeds = 1;   ///< of the study's, first ones, that each trial runs with
  Index seed = 1;    ///< of the drawing

  void fields(ConfigFields& fields);
};

/// A study: an experiment under every combination of some choices and seeds, with each task alone
/// beside it. What its YAML says.
struct ESPALIER_API Study {
  std::string file;  ///< as the user named it
  std::string name;
  std::string description;
  Path extends;              ///< the experiment's YAML
  std::vector<Setting> set;  ///< changes of it for all runs
  std::vector<Axis> vary;
  std::vector<std::vector<Setting>> except;  ///< combinations left out
  std::vector<Index> seeds = {1, 2, 3};
  Index threads = 1;     ///< of each run
  bool baseline = true;  ///< train each task alone, too
  double level = 0.95;   ///< of all intervals
  StudyBudget budget;
  StudySelect select;
  StudySearch search;

  void fields(ConfigFields& fields);
};

/// All keys of a study's file as Markdown sections, to follow those of an experiment.
ESPALIER_API std::string study_reference();

/// Reads and checks a study. Throws ConfigError with the place of what is wrong.
ESPALIER_API Study read_study(const std::string& file);

}  // namespace espalier
