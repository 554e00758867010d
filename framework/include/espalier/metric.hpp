// module: nn
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "espalier/tensor.hpp"

namespace espalier {

/// @addtogroup metrics
/// @{

/// The true answers of a batch: integers (classes) or reals (values); the other one is empty.
struct Target {
  IndexTensor classes;  ///< -1: missing
  ConstTensor values;   ///< NaN: missing
};

/// A measure of predictions over many batches. Its whole state is `sums`, so that a run stopped in
/// the middle of an epoch resumes to the same bits.
class ESPALIER_API Metric {
 public:
  /// A measure whose state is so many sums, all zero at first.
  explicit Metric(std::size_t sums) : sums_(sums, 0.0) {}
  virtual ~Metric();
  /// Its name in reports and files.
  virtual std::string_view name() const = 0;
  /// Whether a larger value is a better one.
  virtual bool higher_is_better() const = 0;
  /// Adds a batch: prediction as the head made it, target of the same rows. Those of the prediction
  /// are the ones to count: there may be none, and then the target holds nothing.
  virtual void add(const ConstTensor& prediction, const Target& target) = 0;
  /// The measure of all batches since `reset`; NaN where it has no meaning (no labelled row).
  virtual double value() const = 0;

  /// Forgets all batches.
  void reset() { sums_.assign(sums_.size(), 0.0); }
  /// The state.
  std::span<double> sums() { return sums_; }
  /// The state, to be read only.
  std::span<const double> sums() const { return sums_; }

 private:
  std::vector<double> sums_;
};

/// Share of labelled rows whose largest logit is the label (the first of equal ones counts).
ESPALIER_API std::unique_ptr<Metric> make_accuracy();
/// Root of the mean squared error over all labelled elements.
ESPALIER_API std::unique_ptr<Metric> make_rmse();
/// Mean absolute error over all labelled elements.
ESPALIER_API std::unique_ptr<Metric> make_mae();
/// 1 - residual / total sum of squares, per output, averaged over `outputs` outputs.
ESPALIER_API std::unique_ptr<Metric> make_r2(Index outputs);
/// @}

}  // namespace espalier
