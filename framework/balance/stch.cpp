// Smooth Tchebycheff scalarization (Lin et al. 2024, "Smooth Tchebycheff Scalarization for
// Multi-Objective Optimization"), in the form of its multi-task experiments, on logarithms:
//   epochs 0 to warmup:  L = sum log L_t;  nadir_t = mean L_t of epoch `warmup`
//   afterwards:          l_t = log(L_t / nadir_t),  L = n mu log sum exp(l_t / mu)
//                        w_t = n softmax(l / mu)_t / L_t
// over the n tasks at hand. mu -> 0 trains the task that is worst against its nadir alone.
//
// Where training is not longer than `warmup` + 1 epochs the method proper never starts; so that
// this does not pass unseen, each step of the warm-up says so. A task without labels in the
// nadir's epoch takes the first loss that it shows later. The authors add 1e-20 inside the
// logarithm; here a loss that is not positive gives its task weight 1, reported, and the softmax is
// over the others.
#include "balance/make.hpp"
#include "balance/per_task.hpp"

namespace espalier {

namespace {

class SmoothTchebycheff final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"smooth maximum of the losses relative to what they were after a warm-up",
            "l_t = log(L_t / nadir_t),  nadir_t = mean L_t of epoch `warmup`\n"
            "L = T mu log sum exp(l_t / mu),  w_t = T softmax(l / mu)_t / L_t\n"
            "until then: L = sum log L_t",
            "Lin et al. 2024, Smooth Tchebycheff Scalarization for Multi-Objective Optimization"};
  }
  void fields(Fields& f) override {
    f.number({"mu", "smoothness; towards 0: only the worst task counts"}, mu_,
             {.at_least = 0.0, .above = true});
    f.integer({"warmup", "epochs before the one whose mean losses are the nadir"}, warmup_,
              {.at_least = 0});
  }
  Needs needs() const override { return {.losses = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void begin(const BalanceSizes& sizes) override { nadirs_.resize(sizes.tasks); }
  void weigh(const BalanceStep& step, std::span<double> weights) override {
    if (nadirs_.empty()) nadirs_.resize(step.experiment_tasks(weights.size()));
    const auto warmup = static_cast<std::uint64_t>(warmup_);
    smooth_.clear();
    if (step.epoch <= warmup) {
      step.fell_back("warm-up: the sum of the losses' logarithms until the nadir is known");
    }
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double loss = step.losses[i];
      weights[i] = 1.0;
      if (!has_log(loss)) {
        step.fell_back(kLossNotPositive);
        continue;
      }
      weights[i] = 1.0 / loss;
      Mean& nadir = nadirs_[step.task(i)];
      if (step.epoch == warmup || (step.epoch > warmup && nadir.count == 0.0)) {
        nadir.sum += loss;
        nadir.count += 1.0;
      }
      if (step.epoch > warmup) smooth_.push_back(std::log(loss * nadir.count / nadir.sum) / mu_);
    }
    if (step.epoch > warmup) soften(step, weights);
  }

  std::vector<double> state() const override {
    std::vector<double> all;
    for (const Mean& m : nadirs_) all.insert(all.end(), {m.sum, m.count});
    return all;
  }
  void restore(std::span<const double> all) override {
    nadirs_.clear();
    for (std::size_t i = 0; i + 1 < all.size(); i += 2) nadirs_.push_back({all[i], all[i + 1]});
  }

 private:
  struct Mean {
    double sum = 0.0;
    double count = 0.0;
  };

  // Multiplies the weights of tasks with a logarithm, in their order, by n softmax.
  void soften(const BalanceStep& step, std::span<double> weights) {
    softmax(smooth_);
    std::size_t at = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (!has_log(step.losses[i])) continue;
      weights[i] *= smooth_[at++] * static_cast<double>(smooth_.size());
    }
  }

  double mu_ = 1.0;
  Index warmup_ = 4;
  std::vector<Mean> nadirs_;
  std::vector<double> smooth_;
};

}  // namespace

std::unique_ptr<Balancer> make_stch() { return std::make_unique<SmoothTchebycheff>(); }

}  // namespace espalier
