// DB-MTL, dual balancing (Lin et al. 2023, "Dual-Balancing for Multi-Task Learning"):
//   losses:     g_t <- g_t / L_t, the gradient of log L_t
//   memory:     B_t <- g_t + (beta / k^sigma) (B_t - g_t), zero at first
//   gradients:  w_t = max over tasks of |B| / |B_t|,  d = sum w_t B_t
// so that every term of d has the length of the longest one. w multiplies B, not the plain
// gradient.
//
// beta = 0.9, sigma = 0 as in the authors' code: a moving average without bias correction, so the
// first B is a tenth of the first gradient. The authors add 1e-8 to L inside the logarithm and to
// |B_t|; neither is in the paper's equations, and both bend small losses and gradients, so they are
// left out: a row of length zero has weight 0, a loss that is not positive leaves its gradient
// undivided (reported). k counts the steps of that one task; a task that is absent keeps its B and
// takes no part. Heads receive the gradient of log L_t, as in the authors' code.
#include "balance/make.hpp"
#include "balance/per_task.hpp"
#include "balance/rows.hpp"

namespace espalier {

namespace {

class DualBalancing final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"logarithms of the losses, and averaged gradients of one length",
            "B_t <- g + (beta / k^sigma) (B_t - g),  g = g_t / L_t\n"
            "w_t = max |B| / |B_t|,  d = sum w_t B_t",
            "Lin et al. 2023, Dual-Balancing for Multi-Task Learning"};
  }
  void fields(Fields& f) override {
    f.number({"beta", "memory of the averaged gradients"}, beta_,
             {.at_least = 0.0, .at_most = 0.999999});
    f.number({"sigma", "how fast that memory fades over the steps; 0: not"}, sigma_,
             {.at_least = 0.0});
  }
  Needs needs() const override { return {.losses = true, .jacobian = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "log"; }

  void begin(const BalanceSizes& sizes) override { make(sizes.tasks, sizes.parameters); }
  void combine(const JacobianStep& step, std::span<double> weights,
               std::span<real> direction) override {
    make(step.experiment_tasks(weights.size()), direction.size());
    double longest = 0.0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      remember(step, i);
      const auto memory = memory_.row(step.task(i));
      weights[i] = std::sqrt(dot(memory, memory));
      longest = std::max(longest, weights[i]);
    }
    for (double& w : weights) w = w > 0.0 ? longest / w : 0.0;
    combine_rows(
        weights, [&](std::size_t i) { return memory_.row(step.task(i)); }, direction);
  }

  std::vector<double> state() const override { return counts_; }
  void restore(std::span<const double> state) override {
    counts_.assign(state.begin(), state.end());
  }
  std::vector<StateBlock> blocks() override { return {{"averages", memory_.tensor()}}; }

 private:
  void make(std::size_t tasks, std::size_t parameters) {
    memory_.make(tasks, parameters);
    counts_.resize(tasks, 0.0);
  }
  void remember(const JacobianStep& step, std::size_t i) {
    const std::size_t t = step.task(i);
    const double loss = step.losses[i];
    const double factor = has_log(loss) ? 1.0 / loss : 1.0;
    if (!has_log(loss)) step.fell_back("a loss is not above zero: its gradient is not divided");
    counts_[t] += 1.0;
    const double keep = beta_ / std::pow(counts_[t], sigma_);
    const auto memory = memory_.row(t);
    const auto gradient = step.row(i).span();
    for (std::size_t k = 0; k < memory.size(); ++k) {
      const double g = factor * static_cast<double>(gradient[k]);
      memory[k] = static_cast<real>(g + keep * (static_cast<double>(memory[k]) - g));
    }
  }

  double beta_ = 0.9;
  double sigma_ = 0.0;
  RowMemory memory_;
  std::vector<double> counts_;
};

}  // namespace

std::unique_ptr<Balancer> make_db_mtl() { return std::make_unique<DualBalancing>(); }

}  // namespace espalier
