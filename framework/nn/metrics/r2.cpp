#include <limits>

#include "nn/metrics/labelled.hpp"

namespace espalier {

namespace {

// R2 of one output = 1 - sum (p - t)^2 / sum (t - mean t)^2. The total is kept as a running mean
// and sum of squared deviations (Welford 1962), which loses no digits when the mean is large.
class R2 final : public Metric {
 public:
  explicit R2(Index outputs) : Metric(static_cast<std::size_t>(outputs) * 4) {}
  std::string_view name() const override { return "r2"; }
  bool higher_is_better() const override { return true; }

  void add(const ConstTensor& prediction, const Target& target) override {
    for_labelled(prediction, target, [this](Index output, double p, double t) {
      double* const s = &sums()[static_cast<std::size_t>(output) * 4];
      s[kResidual] += (p - t) * (p - t);
      s[kCount] += 1.0;
      const double before = t - s[kMean];
      s[kMean] += before / s[kCount];
      s[kTotal] += before * (t - s[kMean]);
    });
  }

  double value() const override {
    double total = 0.0;
    const std::size_t outputs = sums().size() / 4;
    for (std::size_t o = 0; o < outputs; ++o) {
      const double* const s = &sums()[o * 4];
      if (s[kTotal] <= 0.0) return std::numeric_limits<double>::quiet_NaN();
      total += 1.0 - s[kResidual] / s[kTotal];
    }
    return total / static_cast<double>(outputs);
  }

 private:
  static constexpr int kResidual = 0, kCount = 1, kMean = 2, kTotal = 3;
};

}  // namespace

std::unique_ptr<Metric> make_r2(Index outputs) { return std::make_unique<R2>(outputs); }

}  // namespace espalier
