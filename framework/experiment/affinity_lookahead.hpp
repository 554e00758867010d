#pragma once

#include <vector>

#include "experiment/affinity.hpp"

namespace espalier {

/// One look ahead for each task, on the batch of the step that comes next: see measure_affinity.
class Lookahead {
 public:
  /// Throws ConfigError where no task reaches a shared parameter.
  explicit Lookahead(Prepared& run);

  /// Adds what this look tells to the sums in `affinity`, and to `counts`.
  void add(AffinityAnswer& answer);

 private:
  /// A penalty on shared parameters, with memory for its gradients.
  struct Pull {
    const Penalty* penalty;
    std::vector<std::vector<real>> gradients;
    std::vector<real*> places;
  };

  void add_pull(const Penalty& penalty);
  bool moves(const Parameter* p) const;
  void save();
  void restore();
  std::vector<double> losses();
  std::vector<char> with_labels() const;
  void step_along(std::size_t i);

  Prepared& run_;
  std::size_t tasks_;
  PlannedModel model_;
  std::vector<Parameter*> shared_;
  std::vector<std::vector<real>> before_;
  std::vector<Pull> pulls_;
};

}  // namespace espalier
