// MOML (Ye, Lin, Yue, Guo, Xiao, Zhang 2021, "Multi-Objective Meta Learning"), for task weights.
// The training loss is sum_t p_t L_t with p = softmax(x); every task's validation loss after one
// step of it is an objective of its own in x, and x moves along their common descent direction:
//   theta' = theta - rate sum_t p_t g_t                             a virtual step, training batch
//   h_s    = dL_s(theta')/dx = -rate (dp/dx)' a_s,  a_s,t = <dL_s(theta')/dtheta, g_t>
//   alpha  = min-norm point of the h_s of length 1,  x moves by Adam against sum_s alpha_s h_s
// The step itself is taken with the new p. Deviations: a_s by central differences (two forward
// passes for each task) instead of second derivatives by automatic differentiation; the virtual
// step is plain SGD.
#include <cmath>
#include <numeric>

#include "balance/bilevel_vector.hpp"
#include "balance/make.hpp"
#include "balance/small_adam.hpp"
#include "balance/solve/min_norm.hpp"

namespace espalier {

namespace {

class Moml final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"weights that lower all validation losses after one step, by their min-norm direction",
            "p = softmax(x),  theta' = theta - rate sum_t p_t g_t\n"
            "h_s = dL_s(theta')/dx of each task's validation loss\n"
            "x moves by Adam against the min-norm combination of h_s / |h_s|",
            "Ye, Lin, Yue, Guo, Xiao, Zhang 2021, Multi-Objective Meta Learning"};
  }
  void fields(Fields& f) override {
    f.number({"learning_rate", "step size of Adam on x"}, rate_, {.at_least = 0.0});
  }
  Needs needs() const override { return {.validation = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void begin(const BalanceSizes& sizes) override {
    x_.grow(sizes.tasks, 0.0);
    v_.resize(sizes.parameters);
    w_.resize(sizes.parameters);
  }

  void solve(BilevelProblem& problem, const BalanceStep& /*step*/,
             std::span<double> weights) override {
    using Batch = BilevelProblem::Batch;
    const std::size_t n = weights.size();
    x_.grow(n, 0.0);
    losses_.resize(n);
    const std::vector<double> p = present();
    problem.gradient(Batch::training, p, losses_, w_);
    std::vector<double> rows(n * n), one(n, 0.0);
    for (std::size_t s = 0; s < n; ++s) {
      one.assign(n, 0.0);
      one[s] = 1.0;
      problem.move(-problem.rate(), w_);
      problem.gradient(Batch::validation, one, losses_, v_);
      problem.put_back();
      bilevel::slopes(problem, v_, slopes_);
      write_row(p, problem.rate(), std::span(rows).subspan(s * n, n));
    }
    descend(rows, n);
    const std::vector<double> moved = present();
    std::ranges::copy(moved, weights.begin());
  }

  std::vector<double> state() const override { return x_.state(); }
  void restore(std::span<const double> state) override { x_.restore(state); }

 private:
  std::vector<double> present() const {
    std::vector<double> logits;
    for (std::size_t t = 0; t < x_.size(); ++t) logits.push_back(x_[t]);
    return bilevel::softmax(logits);
  }

  // h_t = -rate p_t (a_t - p'a), brought to length 1
  void write_row(const std::vector<double>& p, double rate, std::span<double> h) const {
    const double mean = std::inner_product(p.begin(), p.end(), slopes_.begin(), 0.0);
    double square = 0.0;
    for (std::size_t t = 0; t < h.size(); ++t) {
      h[t] = -rate * p[t] * (slopes_[t] - mean);
      square += h[t] * h[t];
    }
    if (square == 0.0) return;
    for (double& x : h) x /= std::sqrt(square);
  }

  void descend(const std::vector<double>& rows, std::size_t n) {
    std::vector<double> gram(n * n), alpha(n);
    for (std::size_t s = 0; s < n; ++s) {
      for (std::size_t t = 0; t < n; ++t) {
        for (std::size_t k = 0; k < n; ++k) gram[s * n + t] += rows[s * n + k] * rows[t * n + k];
      }
    }
    min_norm_.solve(gram, alpha);
    for (std::size_t k = 0; k < n; ++k) {
      double gradient = 0.0;
      for (std::size_t s = 0; s < n; ++s) gradient += alpha[s] * rows[s * n + k];
      x_.step(k, gradient, rate_);
    }
  }

  double rate_ = 1e-3;
  SmallAdam x_;
  solve::MinNorm min_norm_;
  std::vector<real> v_, w_;
  std::vector<double> losses_, slopes_;
};

}  // namespace

std::unique_ptr<Balancer> make_moml() { return std::make_unique<Moml>(); }

}  // namespace espalier
