// Methods that choose weights by what they do to validation losses: the method asks for losses and
// gradients of both batches at parameters that it moves; then the training batch runs once more, at
// the parameters where the step began, with the weights found.
#include <cstring>

#include "core/arena.hpp"
#include "experiment/backward/pass.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

namespace {

class Problem final : public BilevelProblem {
 public:
  Problem(const PassTools& tools, PlannedModel& model, std::uint64_t step, std::span<real> saved)
      : tools_(tools), model_(model), step_(step), saved_(saved), ones_(tools.tasks, 1.0) {
    each([this](const Tensor& w, std::size_t at) {
      std::memcpy(saved_.data() + at, w.data, static_cast<std::size_t>(w.size()) * sizeof(real));
    });
  }

  std::size_t tasks() const override { return tools_.tasks; }
  std::size_t parameters() const override { return saved_.size(); }
  double rate() const override { return tools_.rate; }

  void losses(Batch batch, std::span<double> losses) override {
    show(batch);
    for (std::size_t t = 0; t < tools_.tasks; ++t) {
      losses[t] = static_cast<double>(model_.plan->loss(static_cast<int>(t)));
    }
  }

  void gradient(Batch batch, std::span<const double> weights, std::span<double> losses,
                std::span<real> gradient) override {
    this->losses(batch, losses);
    Plan& plan = *model_.plan;
    plan.backward(weights, ones_);
    plan.weigh(ones_, ones_);
    matrix::fill(static_cast<Index>(gradient.size()), real{0}, gradient.data());
    std::size_t at = 0;
    for (Parameter* p : plan.parameters()) {
      plan.gradient(*p, {.data = gradient.data() + at, .alpha = 1.0, .beta = 0.0});
      at += static_cast<std::size_t>(p->value.size());
    }
  }

  void move(double amount, std::span<const real> direction) override {
    each([&](const Tensor& w, std::size_t at) {
      matrix::add_scaled(w.size(), amount, direction.data() + at, w.data);
    });
  }

  void direct(std::span<const real> direction) override { directed = direction; }

  void put_back() override {
    each([this](const Tensor& w, std::size_t at) {
      std::memcpy(w.data, saved_.data() + at, static_cast<std::size_t>(w.size()) * sizeof(real));
    });
  }

  std::span<const real> directed;  ///< the method's; empty where it gave weights

  /// The training batch once more; leaves the plan after its forward pass.
  void show(Batch batch) {
    tools_.fill(model_, batch);
    model_.plan->forward(step_, /*replay=*/true);
  }

 private:
  template <class F>
  void each(F f) {
    std::size_t at = 0;
    for (Parameter* p : model_.plan->parameters()) {
      f(p->value, at);
      at += static_cast<std::size_t>(p->value.size());
    }
  }

  const PassTools& tools_;
  PlannedModel& model_;
  std::uint64_t step_;
  std::span<real> saved_;
  std::vector<double> ones_;
};

class BilevelPass final : public BackwardPass {
 public:
  explicit BilevelPass(const PassTools& tools) : tools_(tools), ones_(tools.tasks, 1.0) {}

  PlanOptions plan_options() const override { return {.lanes = LaneMode::one}; }

  void begin(const Plan& plan, Weigher& weigher) override {
    for (const Parameter* p : plan.parameters()) {
      numbers_ += static_cast<std::size_t>(p->value.size());
    }
    saved_ = Arena(numbers_ * sizeof(real));
    weigher.begin({.parameters = numbers_});
  }

  void run(PlannedModel& model, TaskStep step, Weigher& weigher) override {
    Problem problem(tools_, model, step.step, {reinterpret_cast<real*>(saved_.data()), numbers_});
    weigher.solve(step, problem);
    problem.put_back();
    if (!problem.directed.empty()) return model.plan->direct_all(problem.directed);
    problem.show(BilevelProblem::Batch::training);
    model.plan->backward(ones_, weigher.trunk());
    model.plan->weigh(ones_, weigher.heads());
  }

 private:
  const PassTools& tools_;
  std::vector<double> ones_;
  std::size_t numbers_ = 0;
  Arena saved_;
};

}  // namespace

std::unique_ptr<BackwardPass> make_bilevel_pass(const PassTools& tools) {
  return std::make_unique<BilevelPass>(tools);
}

}  // namespace espalier
