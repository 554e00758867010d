// RotoGrad (Javaloy & Valera 2022, "RotoGrad: Gradient Homogenization in Multitask Learning"). Each
// head i reads the trunk's output z turned by an orthogonal matrix, z R_i'. With o_i = dL_i/dz and
// q_i = dL_i/d(z R_i'), over the batch:
//   lengths     rho_i = |o_i| / |o_i at first|,  a = rho / sum rho,  c = sum_k a_k |o_k|
//               the trunk receives sum_i c o_i / |o_i|
//   directions  u = mean of the o_i, each brought to the length of that mean
//               R_i descends  mean over examples of |R_i u - q_i|^2
// |o_i at first| is taken in the first step, and once more in step `burn_in`.
//
// As in the paper, only the first `dimensions` numbers of z are turned. Deviations: the paper's
// code moves R = exp(A) by any optimiser on A; here Adam (beta 0.9, 0.999) moves in the tangent of
// R itself, along the antisymmetric part of G R' (G the gradient in R), and the step returns to the
// orthogonal matrices by Newton-Schulz, R <- R (3 I - R'R) / 2, which needs products only. u and
// q_i are divided by their norms over the batch, so that the rate does not depend on the losses'
// scale. Tasks with inputs of their own have no common gradient to turn to: they are refused.
#include <algorithm>
#include <cmath>

#include "balance/make.hpp"
#include "core/arena.hpp"
#include "tensor/blas.hpp"

namespace espalier {

namespace {

using blas::Transpose;

double norm_of(std::span<const real> x) {
  return std::sqrt(blas::dot(static_cast<Index>(x.size()), x.data(), x.data()));
}

class RotoGrad final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"turns and rescales gradients at the trunk's output until they agree",
            "head i reads z R_i';  o_i = dL_i/dz,  q_i = dL_i/d(z R_i')\n"
            "rho_i = |o_i| / |o_i at first|,  a = rho / sum rho,  c = sum_k a_k |o_k|\n"
            "the trunk receives sum_i c o_i / |o_i|\n"
            "R_i descends the mean of |R_i u - q_i|^2, u the mean of the o_i at one length",
            "Javaloy & Valera 2022, RotoGrad: Gradient Homogenization in Multitask Learning"};
  }
  void fields(Fields& f) override {
    f.integer({"dimensions", "numbers of the trunk's output that are turned, from the first on"},
              dimensions_, {.at_least = 1, .at_most = 4096});
    f.number({"learning_rate", "step size of Adam on the rotations"}, rate_, {.at_least = 0.0});
    f.flag({"scale", "brings gradients to one length (off: the paper's Rotate only)"}, lengths_);
    f.integer({"burn_in", "step in which the first lengths are taken anew; 0: never"}, burn_in_,
              {.at_least = 0});
  }
  Needs needs() const override {
    return {.features = true, .rotations = dimensions_, .common_inputs = true};
  }
  bool weighs() const override { return false; }

  void begin(const BalanceSizes& sizes) override {
    tasks_ = sizes.tasks;
    size_ = std::min(dimensions_, static_cast<Index>(sizes.features));
    first_.assign(tasks_, 0.0);
    const auto square = static_cast<std::size_t>(size_ * size_);
    moments_ = Arena(2 * tasks_ * square * sizeof(real));
    for (std::vector<real>* matrix : {&gradient_, &tangent_, &product_, &moved_}) {
      matrix->resize(square);
    }
  }

  void combine_features(const FeatureStep& step, std::span<double> weights) override {
    const std::size_t n = step.gradients.size();
    norms_.assign(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      norms_[i] = norm_of(step.gradients[i].span());
      double& first = first_[step.task(i)];
      if (first == 0.0 || (burn_in_ > 0 && step.step == static_cast<std::uint64_t>(burn_in_))) {
        first = norms_[i];
      }
    }
    turn(step);
    if (lengths_) rescale(step, weights);
    updates_ += 1.0;
  }

  std::vector<double> state() const override {
    std::vector<double> all = first_;
    all.push_back(updates_);
    return all;
  }
  void restore(std::span<const double> state) override {
    first_.assign(state.begin(), state.end() - 1);
    updates_ = state.back();
  }
  std::vector<StateBlock> blocks() override {
    const Shape shape{static_cast<Index>(2 * tasks_), size_, size_};
    return {{"rotograd/moments", {reinterpret_cast<real*>(moments_.data()), shape}}};
  }

 private:
  void rescale(const FeatureStep& step, std::span<double> weights) const {
    double sum = 0.0, common = 0.0;
    for (std::size_t i = 0; i < norms_.size(); ++i) sum += rho(step, i);
    if (sum == 0.0) return;
    for (std::size_t i = 0; i < norms_.size(); ++i) common += rho(step, i) / sum * norms_[i];
    for (std::size_t i = 0; i < norms_.size(); ++i) {
      if (norms_[i] == 0.0) continue;
      weights[i] = common / norms_[i];
      for (real& x : step.gradients[i].span()) x *= static_cast<real>(weights[i]);
    }
  }

  double rho(const FeatureStep& step, std::size_t i) const {
    const double first = first_[step.task(i)];
    return first > 0.0 ? norms_[i] / first : 0.0;
  }

  // u of norm 1 over the batch: twice the mean, once to learn its length, once at that length. As
  // only its direction is kept, the length cancels: u ~ sum_i o_i / |o_i|.
  void turn(const FeatureStep& step) {
    const std::size_t numbers = step.gradients[0].span().size();
    mean_.assign(numbers, real{0});
    for (std::size_t i = 0; i < norms_.size(); ++i) {
      if (norms_[i] == 0.0) continue;
      const auto factor = static_cast<real>(1.0 / norms_[i]);
      const std::span<const real> o = step.gradients[i].span();
      for (std::size_t k = 0; k < numbers; ++k) mean_[k] += factor * o[k];
    }
    const double length = norm_of(mean_);
    if (length == 0.0) return;
    for (std::size_t i = 0; i < norms_.size(); ++i) {
      const double other = norm_of(step.rotated_gradients[i].span());
      if (other > 0.0) turn_one(step, i, 1.0 / (length * other));
    }
  }

  // |R u - q|^2 with |R u| fixed: G = -2 q'u; descent along the antisymmetric part of G R'.
  void turn_one(const FeatureStep& step, std::size_t i, double factor) {
    const Index m = size_, width = step.gradients[i].shape[-1];
    const Index rows = step.gradients[i].size() / width;
    real* const r = step.rotations[i].data;
    blas::gemm(Transpose::yes, Transpose::no, m, m, rows, -2.0 * factor,
               step.rotated_gradients[i].data, width, mean_.data(), width, 0.0, gradient_.data(),
               m);
    blas::gemm(Transpose::no, Transpose::yes, m, m, m, 1.0, gradient_.data(), m, r, m, 0.0,
               tangent_.data(), m);
    adam(step.task(i));
    // R - rate S R, then twice towards the orthogonal matrices.
    std::copy_n(r, m * m, moved_.data());
    blas::gemm(Transpose::no, Transpose::no, m, m, m, -rate_, gradient_.data(), m, r, m, 1.0,
               moved_.data(), m);
    std::copy_n(moved_.data(), m * m, r);
    for (int k = 0; k < 2; ++k) {
      blas::gemm(Transpose::yes, Transpose::no, m, m, m, 1.0, r, m, r, m, 0.0, product_.data(), m);
      std::copy_n(r, m * m, moved_.data());
      blas::gemm(Transpose::no, Transpose::no, m, m, m, -0.5, moved_.data(), m, product_.data(), m,
                 1.5, r, m);
    }
  }

  // Writes Adam's step of the antisymmetric part of tangent_ into gradient_.
  void adam(std::size_t task) {
    const Index m = size_;
    real* const mean =
        reinterpret_cast<real*>(moments_.data()) + 2 * static_cast<Index>(task) * m * m;
    real* const square = mean + m * m;
    const double k = updates_ + 1.0;
    const double first = 1.0 - std::pow(0.9, k), second = 1.0 - std::pow(0.999, k);
    for (Index a = 0; a < m; ++a) {
      for (Index b = 0; b < m; ++b) {
        const Index at = a * m + b;
        const auto g = 0.5 * (static_cast<double>(tangent_[static_cast<std::size_t>(at)]) -
                              static_cast<double>(tangent_[static_cast<std::size_t>(b * m + a)]));
        mean[at] = static_cast<real>(0.9 * static_cast<double>(mean[at]) + 0.1 * g);
        square[at] = static_cast<real>(0.999 * static_cast<double>(square[at]) + 0.001 * g * g);
        const double root = std::sqrt(static_cast<double>(square[at]) / second);
        gradient_[static_cast<std::size_t>(at)] =
            static_cast<real>(static_cast<double>(mean[at]) / first / (root + 1e-8));
      }
    }
  }

  Index dimensions_ = 128;
  double rate_ = 1e-3;
  bool lengths_ = true;
  Index burn_in_ = 20;

  std::size_t tasks_ = 0;
  Index size_ = 0;             // M
  std::vector<double> first_;  // |o_i at first|; 0: not yet
  double updates_ = 0.0;
  Arena moments_;  // (2 T, M, M): Adam's mean and square of each task
  std::vector<double> norms_;
  std::vector<real> mean_, gradient_, tangent_, product_, moved_;
};

}  // namespace

std::unique_ptr<Balancer> make_rotograd() { return std::make_unique<RotoGrad>(); }

}  // namespace espalier
