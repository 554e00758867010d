#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace espalier {

/// A learned number for each task, moved by Adam (Kingma & Ba 2015, algorithm 1, with the paper's
/// beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8):
///   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
///   x -= rate (m / (1 - b1^k)) / (sqrt(v / (1 - b2^k)) + epsilon)
/// k counts the gradients of that one number, so that a task without labels in a batch stands
/// still and its bias correction stays right.
class SmallAdam {
 public:
  /// Makes room for `count` numbers; new ones begin at `start`.
  void grow(std::size_t count, double start) {
    if (numbers_.size() < count) numbers_.resize(count, {.value = start});
  }
  std::size_t size() const { return numbers_.size(); }
  double& operator[](std::size_t i) { return numbers_[i].value; }
  double operator[](std::size_t i) const { return numbers_[i].value; }

  void step(std::size_t i, double gradient, double rate) {
    Number& x = numbers_[i];
    x.count += 1.0;
    x.mean = kBeta1 * x.mean + (1.0 - kBeta1) * gradient;
    x.square = kBeta2 * x.square + (1.0 - kBeta2) * gradient * gradient;
    const double mean = x.mean / (1.0 - std::pow(kBeta1, x.count));
    const double square = x.square / (1.0 - std::pow(kBeta2, x.count));
    x.value -= rate * mean / (std::sqrt(square) + kEpsilon);
  }

  /// Four numbers for each task.
  std::vector<double> state() const {
    std::vector<double> all;
    for (const Number& x : numbers_) all.insert(all.end(), {x.value, x.mean, x.square, x.count});
    return all;
  }
  void restore(std::span<const double> all) {
    numbers_.clear();
    for (std::size_t i = 0; i + 3 < all.size(); i += 4) {
      numbers_.push_back({all[i], all[i + 1], all[i + 2], all[i + 3]});
    }
  }

 private:
  static constexpr double kBeta1 = 0.9;
  static constexpr double kBeta2 = 0.999;
  static constexpr double kEpsilon = 1e-8;

  struct Number {
    double value = 0.0;
    double mean = 0.0;
    double square = 0.0;
    double count = 0.0;
  };
  std::vector<Number> numbers_;
};

}  // namespace espalier
