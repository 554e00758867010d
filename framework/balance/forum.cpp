// FORUM (Ye, Lin, Yue, Zhang 2024, "A First-Order Multi-Gradient Algorithm for Multi-Objective
// Bi-Level Optimization"), for task weights. Upper level: the tasks' validation losses F_s(theta);
// lower level: f(x, theta) = sum_t p_t L_t on training data, p = softmax(x). That theta solves the
// lower level is written as q <= 0 with
//   q(x, theta) = f(x, theta) - f(x, theta~),  theta~ from `inner_steps` gradient steps on f
//   dq/dtheta = df/dtheta,  dq/dx = df/dx(theta) - df/dx(theta~)          (theta~ held fixed)
// and (x, theta) move together, along a direction that lowers every F_s and keeps lowering q:
//   min over lambda in the simplex, nu >= 0 of  1/2 |sum_s lambda_s dF_s + nu dq|^2 - nu phi,
//   phi = rho / 2 |dq|^2,   so nu = max(0, (phi - sum_s lambda_s <dF_s, dq>) / |dq|^2)
// lambda is averaged over steps: lambda_k = (1 - b_k) lambda_{k-1} + b_k lambda, b_k =
// (k+1)^(-3/4).
//
// Unlike every other method, it also moves the network along validation gradients: the direction is
// of all parameters, heads included. Deviation: theta moves by the experiment's optimiser, x by its
// own rate.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "balance/bilevel_vector.hpp"
#include "balance/make.hpp"
#include "balance/solve/simplex_projection.hpp"
#include "core/arena.hpp"
#include "tensor/blas.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

namespace {

class Forum final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"first-order bilevel descent on all validation losses and the lower level's gap",
            "f = sum_t p_t L_t (training),  p = softmax(x);  F_s validation losses\n"
            "q = f(x, theta) - f(x, theta~),  theta~ a few gradient steps on f\n"
            "(x, theta) -= rate (sum_s lambda_s dF_s + nu dq),  lambda, nu from a small QP",
            "Ye, Lin, Yue, Zhang 2024, A First-Order Multi-Gradient Algorithm for Multi-Objective "
            "Bi-Level Optimization"};
  }
  void fields(Fields& f) override {
    f.integer({"inner_steps", "gradient steps to theta~"}, inner_steps_,
              {.at_least = 1, .at_most = 100});
    f.number({"inner_rate", "their length"}, inner_rate_, {.at_least = 0.0, .above = true});
    f.number({"rho", "how fast q must fall"}, rho_, {.at_least = 0.0});
    f.number({"learning_rate", "step size of x"}, rate_, {.at_least = 0.0});
  }
  Needs needs() const override { return {.validation = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void begin(const BalanceSizes& sizes) override {
    tasks_ = sizes.tasks;
    numbers_ = sizes.parameters;
    x_.assign(tasks_, 0.0);
    lambda_.assign(tasks_, 1.0 / static_cast<double>(tasks_));
    memory_ = Arena((tasks_ + 3) * numbers_ * sizeof(real));
  }

  void solve(BilevelProblem& problem, const BalanceStep& step, std::span<double> weights) override {
    using Batch = BilevelProblem::Batch;
    const std::vector<double> p = bilevel::softmax(x_);
    std::vector<double> here(tasks_), there(tasks_), one(tasks_), ignored(tasks_);
    const std::span<real> q = block(tasks_), work = block(tasks_ + 1);
    problem.gradient(Batch::training, p, here, q);
    for (Index k = 0; k < inner_steps_; ++k) {
      problem.gradient(Batch::training, p, ignored, work);
      problem.move(-inner_rate_, work);
    }
    problem.losses(Batch::training, there);
    problem.put_back();
    for (std::size_t s = 0; s < tasks_; ++s) {
      std::ranges::fill(one, 0.0);
      one[s] = 1.0;
      problem.gradient(Batch::validation, one, ignored, block(s));
    }
    const std::vector<double> q_x = gap_gradient(p, here, there);
    const double nu = multipliers(q, q_x, step.step);
    write_direction(problem, nu);
    for (std::size_t t = 0; t < tasks_; ++t) x_[t] -= rate_ * nu * q_x[t];
    std::ranges::copy(bilevel::softmax(x_), weights.begin());
  }

  std::vector<double> state() const override {
    std::vector<double> all = x_;
    all.insert(all.end(), lambda_.begin(), lambda_.end());
    return all;
  }
  void restore(std::span<const double> state) override {
    x_.assign(state.begin(), state.begin() + static_cast<std::ptrdiff_t>(tasks_));
    lambda_.assign(state.begin() + static_cast<std::ptrdiff_t>(tasks_), state.end());
  }

 private:
  std::span<real> block(std::size_t k) {
    return {reinterpret_cast<real*>(memory_.data()) + k * numbers_, numbers_};
  }
  double dot(std::span<const real> a, std::span<const real> b) const {
    return blas::dot(static_cast<Index>(numbers_), a.data(), b.data());
  }

  // df/dx_t = p_t (L_t - p'L), at theta minus at theta~
  std::vector<double> gap_gradient(const std::vector<double>& p, const std::vector<double>& here,
                                   const std::vector<double>& there) const {
    const double a = std::inner_product(p.begin(), p.end(), here.begin(), 0.0);
    const double b = std::inner_product(p.begin(), p.end(), there.begin(), 0.0);
    std::vector<double> g(tasks_);
    for (std::size_t t = 0; t < tasks_; ++t) g[t] = p[t] * ((here[t] - a) - (there[t] - b));
    return g;
  }

  // Averages the new lambda into lambda_ and returns nu for it.
  double multipliers(std::span<const real> q, const std::vector<double>& q_x, std::uint64_t k) {
    std::vector<double> gram(tasks_ * tasks_), b(tasks_);
    for (std::size_t s = 0; s < tasks_; ++s) {
      b[s] = dot(block(s), q);
      for (std::size_t t = s; t < tasks_; ++t) {
        gram[s * tasks_ + t] = gram[t * tasks_ + s] = dot(block(s), block(t));
      }
    }
    const double c = dot(q, q) + std::inner_product(q_x.begin(), q_x.end(), q_x.begin(), 0.0);
    const double phi = 0.5 * rho_ * c;
    const std::vector<double> found = descend(gram, b, c, phi);
    const double share = std::pow(static_cast<double>(k + 1), -0.75);
    for (std::size_t s = 0; s < tasks_; ++s) {
      lambda_[s] = (1.0 - share) * lambda_[s] + share * found[s];
    }
    return nu_of(lambda_, b, c, phi);
  }

  static double nu_of(const std::vector<double>& lambda, const std::vector<double>& b, double c,
                      double phi) {
    const double along = std::inner_product(lambda.begin(), lambda.end(), b.begin(), 0.0);
    return c > 0.0 ? std::max(0.0, (phi - along) / c) : 0.0;
  }

  // Projected gradient on the simplex of the convex 1/2 |sum lambda_s dF_s + nu dq|^2 - nu phi with
  // the best nu for each lambda; its gradient is G lambda + nu b.
  std::vector<double> descend(const std::vector<double>& gram, const std::vector<double>& b,
                              double c, double phi) {
    std::vector<double> lambda(tasks_, 1.0 / static_cast<double>(tasks_)), next = lambda;
    double trace = 0.0;
    for (std::size_t s = 0; s < tasks_; ++s) trace += gram[s * tasks_ + s];
    if (trace == 0.0) return lambda;
    constexpr int kSteps = 2000;
    for (int k = 0; k < kSteps; ++k) {
      const double nu = nu_of(lambda, b, c, phi);
      double moved = 0.0;
      for (std::size_t s = 0; s < tasks_; ++s) {
        const auto row = std::span(gram).subspan(s * tasks_, tasks_);
        const double slope =
            std::inner_product(row.begin(), row.end(), lambda.begin(), 0.0) + nu * b[s];
        next[s] = lambda[s] - slope / trace;  // the trace bounds the curvature
      }
      projection_.project(next);
      for (std::size_t s = 0; s < tasks_; ++s) moved += std::abs(next[s] - lambda[s]);
      lambda = next;
      if (moved < 1e-12) break;
    }
    return lambda;
  }

  void write_direction(BilevelProblem& problem, double nu) {
    const std::span<real> d = block(tasks_ + 2);
    const auto n = static_cast<Index>(numbers_);
    matrix::scale(n, nu, block(tasks_).data(), d.data());
    for (std::size_t s = 0; s < tasks_; ++s) {
      matrix::add_scaled(n, lambda_[s], block(s).data(), d.data());
    }
    problem.direct(d);
  }

  Index inner_steps_ = 5;
  double inner_rate_ = 0.1;
  double rho_ = 0.1;
  double rate_ = 0.1;

  std::size_t tasks_ = 0, numbers_ = 0;
  std::vector<double> x_, lambda_;
  Arena memory_;  // T validation gradients, dq, work, the direction: N numbers each
  solve::SimplexProjection projection_;
};

}  // namespace

std::unique_ptr<Balancer> make_forum() { return std::make_unique<Forum>(); }

}  // namespace espalier
