// Adam (Kingma & Ba 2015, algorithm 1), and AdamW with decoupled decay (Loshchilov & Hutter 2019):
//   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
//   W -= rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
// Adam adds decay * W to g; AdamW multiplies W by 1 - rate * decay instead.
#include <cmath>

#include "optim/make.hpp"
#include "tensor/update.hpp"

namespace espalier {

namespace {

class AdamFamily final : public Optimizer {
 public:
  explicit AdamFamily(bool decoupled) : decoupled_(decoupled), decay_(decoupled ? 0.01 : 0.0) {}

  void fields(Fields& f) override {
    f.number({"learning_rate", "step size"}, rate_, {.at_least = 0.0});
    f.number({"beta1", "memory of the mean gradient"}, beta1_,
             {.at_least = 0.0, .at_most = 0.9999});
    f.number({"beta2", "memory of the mean square"}, beta2_,
             {.at_least = 0.0, .at_most = 0.999999});
    f.number({"epsilon", "added to the root of the mean square"}, epsilon_,
             {.at_least = 0.0, .above = true});
    f.number({"weight_decay", decoupled_ ? "shrinks the weights by rate times this at every step"
                                         : "adds this times the weights to the gradient"},
             decay_, {.at_least = 0.0});
  }
  double learning_rate() const override { return rate_; }
  int state_blocks() const override { return 2; }
  bool needs_gradient() const override { return true; }

  void update(const Update& u) const override {
    const auto t = static_cast<double>(u.step);
    const update::Adam step = {.rate = u.rate / (1.0 - std::pow(beta1_, t)),
                               .beta1 = beta1_,
                               .beta2 = beta2_,
                               .epsilon = epsilon_,
                               .root = 1.0 / std::sqrt(1.0 - std::pow(beta2_, t)),
                               .decay = decoupled_ ? 0.0 : decay_,
                               .shrink = decoupled_ ? 1.0 - u.rate * decay_ : 1.0};
    real *const w = u.parameter.value.data, *const m = u.state[0], *const v = u.state[1];
    const auto follow = [&](Index begin, Index end) {
      update::adam(end - begin, step, u.gradient + begin, m + begin, v + begin, w + begin);
    };
    u.plan.gradient(
        u.parameter,
        {.data = u.gradient, .alpha = 1.0, .beta = 0.0, .finish = finish_with(follow, {w, m, v})});
  }

 private:
  bool decoupled_;
  double rate_ = 0.001;
  double beta1_ = 0.9;
  double beta2_ = 0.999;
  double epsilon_ = 1e-8;
  double decay_;
};

}  // namespace

std::unique_ptr<Optimizer> make_adam() { return std::make_unique<AdamFamily>(false); }
std::unique_ptr<Optimizer> make_adamw() { return std::make_unique<AdamFamily>(true); }

}  // namespace espalier
