#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace espalier {

/// What a method of the Gram matrix computes with: the m tasks whose gradient is not zero, and G
/// among them divided by its trace. A task whose gradient is zero gets weight 0 and counts in no
/// mean, as if it were absent. Buffers are kept.
class NonzeroRows {
 public:
  void read(std::span<const double> gram, std::size_t tasks);

  std::size_t size() const { return rows_.size(); }  ///< m
  std::size_t row(std::size_t i) const { return rows_[i]; }
  std::span<const double> gram() const { return gram_; }        ///< (m, m), trace 1
  std::span<const double> cosines() const { return cosines_; }  ///< (m, m)
  std::span<const double> norms() const { return norms_; }      ///< (m): |g_i| / sqrt(trace)
  double trace() const { return trace_; }

  /// Whether J'w is zero up to rounding.
  bool cancels(std::span<const double> weights) const;
  /// Writes factor * own, (m), to the tasks' weights.
  void write(std::span<const double> own, double factor, std::span<double> weights) const;

 private:
  std::vector<std::size_t> rows_;
  std::vector<double> gram_;
  std::vector<double> cosines_;
  std::vector<double> norms_;
  double trace_ = 0.0;
};

}  // namespace espalier
