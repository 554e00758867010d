// RMSprop (Tieleman & Hinton 2012, lecture 6.5), with the momentum that is usual beside it:
//   s = alpha s + (1 - alpha) g^2;  b = mu b + g / (sqrt(s) + epsilon);  W -= rate b
#include "optim/make.hpp"
#include "tensor/update.hpp"

namespace espalier {

namespace {

class RmsProp final : public Optimizer {
 public:
  void fields(Fields& f) override {
    f.number({"learning_rate", "step size"}, rate_, {.at_least = 0.0});
    f.number({"alpha", "memory of the mean square"}, alpha_,
             {.at_least = 0.0, .at_most = 0.999999});
    f.number({"epsilon", "added to the root of the mean square"}, epsilon_,
             {.at_least = 0.0, .above = true});
    f.number({"momentum", "share of the velocity kept from step to step"}, momentum_,
             {.at_least = 0.0, .at_most = 1.0});
    f.number({"weight_decay", "adds this times the weights to the gradient"}, decay_,
             {.at_least = 0.0});
  }
  double learning_rate() const override { return rate_; }
  int state_blocks() const override { return momentum_ > 0.0 ? 2 : 1; }
  bool needs_gradient() const override { return true; }

  void update(const Update& u) const override {
    const update::Rmsprop step = {.rate = u.rate,
                                  .alpha = alpha_,
                                  .epsilon = epsilon_,
                                  .momentum = momentum_,
                                  .decay = decay_};
    real *const w = u.parameter.value.data, *const s = u.state[0];
    real* const b = momentum_ > 0.0 ? u.state[1] : nullptr;
    const auto follow = [&](Index begin, Index end) {
      update::rmsprop(end - begin, step, u.gradient + begin, s + begin,
                      b != nullptr ? b + begin : nullptr, w + begin);
    };
    u.plan.gradient(
        u.parameter,
        {.data = u.gradient, .alpha = 1.0, .beta = 0.0, .finish = finish_with(follow, {w, s, b})});
  }

 private:
  double rate_ = 0.01;
  double alpha_ = 0.99;
  double epsilon_ = 1e-8;
  double momentum_ = 0.0;
  double decay_ = 0.0;
};

}  // namespace

std::unique_ptr<Optimizer> make_rmsprop() { return std::make_unique<RmsProp>(); }

}  // namespace espalier
