#pragma once

#include <algorithm>
#include <vector>

#include "espalier/bilevel.hpp"

namespace espalier::test {

/// A bilevel problem without a model: L_t = 1/2 |theta - centre_t|^2 with other centres for
/// validation, so that every gradient is known.
class QuadraticProblem final : public BilevelProblem {
 public:
  using Points = std::vector<std::vector<real>>;

  QuadraticProblem(std::vector<real> start, Points training, Points validation, double rate)
      : theta(start),
        start_(std::move(start)),
        centres_{std::move(training), std::move(validation)},
        rate_(rate) {}

  std::size_t tasks() const override { return centres_[0].size(); }
  std::size_t parameters() const override { return theta.size(); }
  double rate() const override { return rate_; }

  void losses(Batch batch, std::span<double> losses) override {
    ++forwards;
    for (std::size_t t = 0; t < tasks(); ++t) {
      losses[t] = 0.0;
      for (std::size_t i = 0; i < theta.size(); ++i) {
        const double d = difference(batch, t, i);
        losses[t] += 0.5 * d * d;
      }
    }
  }

  void gradient(Batch batch, std::span<const double> weights, std::span<double> losses,
                std::span<real> gradient) override {
    this->losses(batch, losses);
    for (std::size_t i = 0; i < theta.size(); ++i) {
      double sum = 0.0;
      for (std::size_t t = 0; t < tasks(); ++t) sum += weights[t] * difference(batch, t, i);
      gradient[i] = static_cast<real>(sum);
    }
  }

  void move(double amount, std::span<const real> direction) override {
    for (std::size_t i = 0; i < theta.size(); ++i) {
      theta[i] += static_cast<real>(amount * static_cast<double>(direction[i]));
    }
  }
  void direct(std::span<const real> d) override { directed.assign(d.begin(), d.end()); }
  void put_back() override { theta = start_; }

  /// dL_t / dtheta_i
  double difference(Batch batch, std::size_t t, std::size_t i) const {
    const Points& centres = centres_[batch == Batch::training ? 0 : 1];
    return static_cast<double>(theta[i]) - static_cast<double>(centres[t][i]);
  }

  std::vector<real> theta;
  std::vector<real> directed;
  int forwards = 0;

 private:
  std::vector<real> start_;
  Points centres_[2];
  double rate_;
};

}  // namespace espalier::test
