// M-ConFIG, ConFIG on momenta (Liu, Chu, Thuerey 2024, "ConFIG: Towards Conflict-free Training of
// Physics Informed Neural Networks", algorithm 2). A momentum for each task, with its own count
// c_t:
//   m_t <- beta1 m_t + (1 - beta1) g_t,   m^_t = m_t / (1 - beta1^c_t)
// ConFIG of the m^: with unit rows U, cosines C = U U', v = C^+ 1, b = U'v, u = b / |b|:
//   d = (sum <m^_t, u>) u,   |b|^2 = sum v,   <m^_t, b> = |m^_t| (C v)_t
// Then a second moment, of the gradient that would have made d its momentum, at the k-th direction:
//   f = d (1 - beta1^k),   g = (f - beta1 f_before) / (1 - beta1)
//   s <- beta2 s + (1 - beta2) g^2,   direction = d / (sqrt(s / (1 - beta2^k)) + 1e-8)
// So the result is Adam's step already, made for plain SGD. It has no weights.
//
// The paper gets its speed from one task's gradient a step; here every task with labels in the
// batch has one at the same price, and those without keep their momentum and stay part of d. The
// authors return zero until each task was seen; here d is of the tasks seen so far, so that one
// without labels does not stop all. Eigenvalues of C below 1e-12 T of the largest count as zero
// (the momenta are 32-bit numbers; the authors' cut grows with P instead). Zero momenta are left
// out; where none is left, or they cancel, d is zero, reported.
#include <cmath>
#include <limits>

#include "balance/make.hpp"
#include "balance/rows.hpp"
#include "tensor/symmetric_eigen.hpp"

namespace espalier {

namespace {

constexpr double kLargest = static_cast<double>(std::numeric_limits<real>::max());

class MomentumConfig final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"conflict-free direction of the tasks' momenta, scaled as by Adam; for plain SGD",
            "m_t <- beta1 m_t + (1 - beta1) g_t;  m^ = m / (1 - beta1^c_t),  rows u_t of length 1\n"
            "b = U^+ 1,  d = (sum <m^_t, b>) b / |b|^2\n"
            "direction = d / (sqrt(s^) + 1e-8),  s: second moment of the gradient behind d",
            "Liu, Chu, Thuerey 2024, ConFIG: Towards Conflict-free Training of Physics Informed "
            "Neural Networks"};
  }
  void fields(Fields& f) override {
    f.number({"beta1", "memory of the momenta"}, beta1_, {.at_least = 0.0, .at_most = 0.9999});
    f.number({"beta2", "memory of the second moment"}, beta2_,
             {.at_least = 0.0, .at_most = 0.999999});
  }
  Needs needs() const override { return {.jacobian = true}; }
  bool weighs() const override { return false; }

  void begin(const BalanceSizes& sizes) override { make(sizes.tasks, sizes.parameters); }
  void combine(const JacobianStep& step, std::span<double> weights,
               std::span<real> direction) override {
    make(step.experiment_tasks(weights.size()), direction.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const auto momentum = momenta_.row(step.task(i));
      const auto gradient = step.row(i).span();
      for (std::size_t k = 0; k < momentum.size(); ++k) {
        momentum[k] = static_cast<real>(beta1_ * static_cast<double>(momentum[k]) +
                                        (1.0 - beta1_) * static_cast<double>(gradient[k]));
      }
      counts_[step.task(i)] += 1.0;
    }
    if (!conflict_free()) step.fell_back("the tasks' momenta are zero or cancel: no direction");
    combine_rows(
        shares_, [&](std::size_t i) { return momenta_.row(used_[i]); }, direction);
    rescale(direction);
  }

  std::vector<double> state() const override {
    std::vector<double> all = counts_;
    all.push_back(directions_);
    return all;
  }
  void restore(std::span<const double> all) override {
    counts_.assign(all.begin(), all.end() - 1);
    directions_ = all.back();
  }
  std::vector<StateBlock> blocks() override {
    return {{"momenta", momenta_.tensor()}, {"of_direction", moments_.tensor()}};
  }

 private:
  void make(std::size_t tasks, std::size_t parameters) {
    momenta_.make(tasks, parameters);
    moments_.make(2, parameters);
    counts_.resize(tasks, 0.0);
  }

  // d = sum shares_[i] m_t, t = used_[i]; false where d is zero.
  bool conflict_free() {
    used_.clear();
    lengths_.clear();
    for (std::size_t t = 0; t < counts_.size(); ++t) {
      const double length = std::sqrt(dot(momenta_.row(t), momenta_.row(t)));
      if (length == 0.0) continue;
      used_.push_back(t);
      lengths_.push_back(length);
    }
    const std::size_t n = used_.size();
    cosines_.resize(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        const double product = dot(momenta_.row(used_[i]), momenta_.row(used_[j]));
        cosines_[i * n + j] = cosines_[j * n + i] = product / lengths_[i] / lengths_[j];
      }
    }
    shares_.assign(n, 0.0);
    if (n == 0) return false;
    // v = C^+ 1, and along = sum |m^_t| (C v)_t, both through the eigenvectors that are kept
    eigen_.decompose(cosines_, n);
    double square = 0.0, along = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      const double value = eigen_.values()[k];
      if (value <= 1e-12 * static_cast<double>(n) * eigen_.values()[0]) break;
      const auto vector = eigen_.vector(k);
      double ones = 0.0, momentum = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        ones += vector[i];
        momentum += vector[i] * lengths_[i] / (1.0 - std::pow(beta1_, counts_[used_[i]]));
      }
      square += ones * ones / value;
      along += ones * momentum;
      for (std::size_t i = 0; i < n; ++i) shares_[i] += ones / value * vector[i];
    }
    if (square < 1e-12) {
      shares_.assign(n, 0.0);
      return false;
    }
    for (std::size_t i = 0; i < n; ++i) shares_[i] *= along / square / lengths_[i];
    return true;
  }

  void rescale(std::span<real> direction) {
    directions_ += 1.0;
    const double bias1 = 1.0 - std::pow(beta1_, directions_);
    const double bias2 = 1.0 - std::pow(beta2_, directions_);
    const auto first = moments_.row(0);
    const auto second = moments_.row(1);
    for (std::size_t k = 0; k < direction.size(); ++k) {
      const double d = static_cast<double>(direction[k]);
      const double momentum = d * bias1;
      const double gradient = (momentum - beta1_ * static_cast<double>(first[k])) / (1.0 - beta1_);
      const double square =
          beta2_ * static_cast<double>(second[k]) + (1.0 - beta2_) * gradient * gradient;
      first[k] = static_cast<real>(momentum);
      second[k] = static_cast<real>(std::min(square, kLargest));
      direction[k] =
          static_cast<real>(d / (std::sqrt(static_cast<double>(second[k]) / bias2) + 1e-8));
    }
  }

  double beta1_ = 0.9;
  double beta2_ = 0.999;
  RowMemory momenta_;
  RowMemory moments_;  // f and s
  std::vector<double> counts_;
  double directions_ = 0.0;
  solve::SymmetricEigen eigen_;
  std::vector<std::size_t> used_;
  std::vector<double> lengths_;
  std::vector<double> cosines_;
  std::vector<double> shares_;
};

}  // namespace

std::unique_ptr<Balancer> make_momentum_config() { return std::make_unique<MomentumConfig>(); }

}  // namespace espalier
