#include <limits>

#include "nn/metrics/labelled.hpp"

namespace espalier {

namespace {

// R2 of one output = 1 - sum (p - t)^2 / sum (t - mean t)^2. The total is kept as a mean and
// a sum of squared deviations from it, batch after batch (Chan, Golub, LeVeque 1983), which loses
// no digits when the mean is large.
class R2 final : public Metric {
 public:
  explicit R2(Index outputs) : Metric(static_cast<std::size_t>(outputs) * 4) {}
  std::string_view name() const override { return "r2"; }
  bool higher_is_better() const override { return true; }

  void add(const ConstTensor& prediction, const Target& target) override {
    const Index outputs = prediction.shape.row_size();
    for (Index o = 0; o < outputs; ++o) {
      add_output(
          {prediction.data + o, target.values.data + o, prediction.size() / outputs, outputs},
          &sums()[static_cast<std::size_t>(o) * 4]);
    }
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

  // With n, m, S those so far and n', m', S' those of the batch, d = m' - m:
  // m += d n' / (n + n'), S += S' + d^2 n n' / (n + n').
  static void add_output(const Labelled& batch, double* s) {
    const double count = batch.labelled();
    if (count == 0.0) return;
    s[kResidual] += batch.sum([](double p, double t) { return (p - t) * (p - t); });
    const double mean = batch.sum([](double /*p*/, double t) { return t; }) / count;
    const double before = s[kCount], off = mean - s[kMean];
    s[kCount] += count;
    s[kMean] += off * count / s[kCount];
    s[kTotal] += batch.sum([&](double /*p*/, double t) { return (t - mean) * (t - mean); }) +
                 off * off * before * count / s[kCount];
  }
};

}  // namespace

std::unique_ptr<Metric> make_r2(Index outputs) { return std::make_unique<R2>(outputs); }

}  // namespace espalier
