// Stochastic gradient descent with momentum (Polyak 1964), Nesterov's form of it as in Sutskever et
// al. 2013, and L2 decay. With g the gradient, d the decay, mu the momentum:
//   plain      W = (1 - rate d) W - rate g                 one gemm into W
//   momentum   V = mu V + g;  V += d W;  W -= rate V       one gemm into V, W follows in its cache
//   nesterov   V' = mu V + d W, W' = W + rate mu V;  V = V' + g;  W = W' - rate (1 + mu) V
// which equals W -= rate (g + d W + mu V) with the new V. No gradient is ever stored.
#include "optim/make.hpp"
#include "tensor/update.hpp"

namespace espalier {

namespace {

class Sgd final : public Optimizer {
 public:
  void fields(Fields& f) override {
    f.number({"learning_rate", "step size", true}, rate_, {.at_least = 0.0});
    f.number({"momentum", "share of the velocity kept from step to step"}, momentum_,
             {.at_least = 0.0, .at_most = 1.0});
    f.flag({"nesterov", "evaluates the momentum ahead of the step"}, nesterov_);
    f.number({"weight_decay", "adds this times the weights to the gradient"}, decay_,
             {.at_least = 0.0});
    if (nesterov_ && momentum_ == 0.0) {
      f.refuse("nesterov", "expected a momentum above 0 with nesterov, found 0");
    }
  }
  double learning_rate() const override { return rate_; }
  int state_blocks() const override { return momentum_ > 0.0 ? 1 : 0; }
  bool needs_gradient() const override { return false; }

  Sink sink(const Update& u) const override {
    if (nesterov_) return {};  // both W and V move first
    if (momentum_ > 0.0) return {.data = u.state[0], .alpha = 1.0, .beta = momentum_};
    return {.data = u.parameter.value.data, .alpha = -u.rate, .beta = 1.0 - u.rate * decay_};
  }

  void update(const Update& u) const override {
    real* const w = u.parameter.value.data;
    if (momentum_ == 0.0) {
      u.plan.gradient(u.parameter, sink(u));
      return;
    }
    real* const v = u.state[0];
    const auto follow = [&](Index begin, Index end) {
      if (nesterov_) {
        update::add(end - begin, -u.rate * (1.0 + momentum_), v + begin, w + begin);
      } else {
        update::momentum(end - begin, u.rate, decay_, v + begin, w + begin);
      }
    };
    if (nesterov_) {
      update::look_ahead(u.parameter.value.size(), u.rate, momentum_, decay_, v, w);
    }
    u.plan.gradient(u.parameter, {.data = v,
                                  .alpha = 1.0,
                                  .beta = nesterov_ ? 1.0 : momentum_,
                                  .finish = finish_with(follow, {w})});
  }

 private:
  double rate_ = 0.01;
  double momentum_ = 0.0;
  bool nesterov_ = false;
  double decay_ = 0.0;
};

}  // namespace

std::unique_ptr<Optimizer> make_sgd() { return std::make_unique<Sgd>(); }

}  // namespace espalier
