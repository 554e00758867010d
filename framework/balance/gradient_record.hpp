#pragma once

#include <span>
#include <vector>

#include "espalier/api.hpp"
#include "tensor/symmetric_eigen.hpp"

namespace espalier {

/// How the tasks' gradients stood to each other over the steps of an epoch, from Gram matrices that
/// were formed anyway: for the whole trunk, and for each layer.
class ESPALIER_API GradientRecord {
 public:
  /// Two tasks conflict where their cosine is below `below`.
  explicit GradientRecord(std::size_t tasks, double below = 0.0) : tasks_(tasks), below_(below) {}

  /// What is known of one layer, or of the whole trunk.
  struct Part {
    std::vector<double> cosine;      ///< (T, T): sums of cosines of pairs that both had a gradient
    std::vector<double> pairs;       ///< (T, T): their number
    std::vector<double> conflicts;   ///< (T, T): of these, with a cosine below the threshold
    double steps = 0.0;              ///< steps in which at least one pair was there
    double conflicting_steps = 0.0;  ///< of these, with such a cosine somewhere
    double log_norm_ratio = 0.0;     ///< sum of log(largest / smallest norm)
    double log_condition = 0.0;      ///< sum of log(condition number of G), at most log(1e12) each

    double mean_cosine(std::size_t s, std::size_t t, std::size_t tasks) const;
    double conflict_share(std::size_t s, std::size_t t, std::size_t tasks) const;
  };

  /// Part 0 is the whole trunk. gram (rows of `stride` numbers): its first T x T numbers count.
  void add(std::size_t part, std::span<const double> gram, std::size_t stride);
  std::size_t parts() const { return parts_.size(); }
  const Part& part(std::size_t k) const { return parts_[k]; }
  /// Forgets what was added; the parts stay, so that going on allocates nothing.
  void reset();

  /// For exact resume.
  std::vector<double> state() const;
  void restore(std::span<const double> state);

 private:
  std::size_t part_numbers() const { return 3 * tasks_ * tasks_ + 4; }

  std::size_t tasks_;
  double below_;
  std::vector<Part> parts_;
  std::vector<double> compact_;
  solve::SymmetricEigen eigen_;
};

}  // namespace espalier
