// MoCo (Fernando et al. 2023, "Mitigating Gradient Bias in Multi-objective Learning: A Provably
// Convergent Stochastic Approach"). Rows Y_t track the gradients, lambda the min-norm weights; at
// step k, from Y = 0 and lambda = 1/T:
//   Y_t <- Y_t - (beta / k^beta_sigma) (Y_t - g_t)
//   lambda <- P(lambda - (gamma / k^gamma_sigma) (Y Y' + rho I) lambda)
//   d = Y' lambda                                                       (sum lambda = 1)
// lambda multiplies Y, not the plain gradient.
//
// P is the projection on the simplex (`projection: simplex`), as in the paper; the authors' code
// takes a softmax, which keeps lambda close to uniform. As in that code, from which the default
// numbers are, the rows are g_t L_t / |g_t| (`rescale: false` for the paper's plain ones); its 1e-8
// beside |g_t| is left out, a zero row stays zero. A loss that is not positive leaves its row
// plain, reported. Where tasks are absent the problem is that of those at hand: they share the
// lambda they had among them, the others keep theirs and their rows stand still.
#include <array>

#include "balance/make.hpp"
#include "balance/per_task.hpp"
#include "balance/rows.hpp"

namespace espalier {

namespace {

// Nearest point of the simplex: max(x - shift, 0), shift such that it adds up to 1. `sorted` is
// room for as many numbers.
void project(std::span<double> x, std::span<double> sorted) {
  const double largest = *std::ranges::max_element(x);
  for (double& value : x) value -= largest;
  std::ranges::copy(x, sorted.begin());
  std::ranges::sort(sorted, std::ranges::greater());
  double sum = 0.0, shift = 0.0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    sum += sorted[i];
    const double candidate = (sum - 1.0) / static_cast<double>(i + 1);
    if (sorted[i] <= candidate) break;
    shift = candidate;
  }
  for (double& value : x) value = std::max(0.0, value - shift);
}

class MoCo final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"min-norm weights followed by small steps, on averaged gradients",
            "Y_t <- Y_t - (beta / k^beta_sigma) (Y_t - g_t)\n"
            "lambda <- P(lambda - (gamma / k^gamma_sigma) (Y Y' + rho I) lambda)\n"
            "d = Y' lambda",
            "Fernando et al. 2023, Mitigating Gradient Bias in Multi-objective Learning: A "
            "Provably Convergent Stochastic Approach"};
  }
  void fields(Fields& f) override {
    static constexpr std::array<std::string_view, 2> kProjections = {"simplex", "softmax"};
    f.number({"beta", "step size of Y"}, beta_, {.at_least = 0.0, .at_most = 1.0});
    f.number({"beta_sigma", "power of the step number that divides beta"}, beta_sigma_,
             {.at_least = 0.0});
    f.number({"gamma", "step size of lambda"}, gamma_, {.at_least = 0.0});
    f.number({"gamma_sigma", "power of the step number that divides gamma"}, gamma_sigma_,
             {.at_least = 0.0});
    f.number({"rho", "regularisation of lambda"}, rho_, {.at_least = 0.0});
    f.word({"projection",
            "how lambda stays on the simplex: the paper's (simplex) or the authors' "
            "code's (softmax)"},
           projection_, kProjections);
    f.flag({"rescale", "whether rows are g L / |g|, as in the authors' code"}, rescale_);
  }
  Needs needs() const override { return {.losses = true, .jacobian = true}; }

  void begin(const BalanceSizes& sizes) override { make(sizes.tasks, sizes.parameters); }
  void combine(const JacobianStep& step, std::span<double> weights,
               std::span<real> direction) override {
    const std::size_t n = weights.size();
    make(step.experiment_tasks(n), direction.size());
    steps_ += 1.0;
    double mass = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      track(step, i);
      mass += lambda_[step.task(i)];
    }
    for (std::size_t i = 0; i < n; ++i) {
      weights[i] = mass > 0.0 ? lambda_[step.task(i)] / mass : 1.0 / static_cast<double>(n);
    }
    move(step, weights);
    for (std::size_t i = 0; i < n; ++i) lambda_[step.task(i)] = mass * weights[i];
    combine_rows(
        weights, [&](std::size_t i) { return rows_.row(step.task(i)); }, direction);
  }

  std::vector<double> state() const override {
    std::vector<double> all = lambda_;
    all.push_back(steps_);
    return all;
  }
  void restore(std::span<const double> all) override {
    lambda_.assign(all.begin(), all.end() - 1);
    steps_ = all.back();
  }
  std::vector<StateBlock> blocks() override { return {{"gradients", rows_.tensor()}}; }

 private:
  void make(std::size_t tasks, std::size_t parameters) {
    rows_.make(tasks, parameters);
    if (lambda_.empty()) lambda_.assign(tasks, 1.0 / static_cast<double>(tasks));
  }
  void track(const JacobianStep& step, std::size_t i) {
    const auto gradient = step.row(i).span();
    double factor = 1.0;
    if (rescale_ && has_log(step.losses[i])) {
      const double length = std::sqrt(dot(gradient, gradient));
      factor = length > 0.0 ? step.losses[i] / length : 0.0;
    } else if (rescale_) {
      step.fell_back("a loss is not above zero: its gradient is taken as it is");
    }
    const double rate = beta_ / std::pow(steps_, beta_sigma_);
    const auto row = rows_.row(step.task(i));
    for (std::size_t k = 0; k < row.size(); ++k) {
      const auto y = static_cast<double>(row[k]);
      row[k] = static_cast<real>(y - rate * (y - factor * static_cast<double>(gradient[k])));
    }
  }
  // A step of lambda, given and left in `weights`.
  void move(const JacobianStep& step, std::span<double> weights) {
    const double rate = gamma_ / std::pow(steps_, gamma_sigma_);
    const std::size_t n = weights.size();
    slope_.assign(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        const double product = dot(rows_.row(step.task(i)), rows_.row(step.task(j)));
        slope_[i] += product * weights[j];
        if (j < i) slope_[j] += product * weights[i];
      }
    }
    for (std::size_t i = 0; i < n; ++i) weights[i] -= rate * (slope_[i] + rho_ * weights[i]);
    if (projection_ == "softmax") {
      softmax(weights);
    } else {
      project(weights, slope_);
    }
  }

  double beta_ = 0.5;
  double beta_sigma_ = 0.5;
  double gamma_ = 0.1;
  double gamma_sigma_ = 0.5;
  double rho_ = 0.0;
  std::string projection_ = "simplex";
  bool rescale_ = true;
  RowMemory rows_;
  std::vector<double> lambda_;
  std::vector<double> slope_;
  double steps_ = 0.0;
};

}  // namespace

std::unique_ptr<Balancer> make_moco() { return std::make_unique<MoCo>(); }

}  // namespace espalier
