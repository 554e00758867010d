// Dynamic weight average (Liu, Johns, Davison 2019, "End-to-End Multi-Task Learning with
// Attention"):
//   r_t = mean loss of the last epoch / mean loss of the one before
//   w_t = T exp(r_t / temperature) / sum_k exp(r_k / temperature)
// and w = 1 in the first two epochs, where r is not known.
//
// `window: k` compares windows of k steps instead of epochs, as some implementations do: where data
// sets differ in size, or an epoch is long, epochs say little. The means run over the steps that
// held a labelled row of the task; a task without any in a window keeps the means it had. The
// softmax is over all tasks of the experiment, so that a weight does not depend on which others
// have labels in the batch. A mean that is not positive gives no rate: r = 1, reported.
#include "balance/make.hpp"
#include "balance/per_task.hpp"

namespace espalier {

namespace {

class Dwa final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"more weight where the loss falls more slowly",
            "r_t = mean L_t of the last epoch / mean L_t of the one before\n"
            "w = T softmax(r / temperature);  w = 1 in the first two epochs",
            "Liu, Johns, Davison 2019, End-to-End Multi-Task Learning with Attention"};
  }
  void fields(Fields& f) override {
    f.number({"temperature", "large: equal weights; small: the slowest task has all"}, temperature_,
             {.at_least = 0.0, .above = true});
    f.integer({"window", "steps of which a mean is taken; 0: an epoch"}, window_, {.at_least = 0});
  }
  Needs needs() const override { return {.losses = true}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void begin(const BalanceSizes& sizes) override { tasks_.resize(sizes.tasks); }
  void weigh(const BalanceStep& step, std::span<double> weights) override {
    if (tasks_.empty()) tasks_.resize(step.experiment_tasks(weights.size()));
    const std::uint64_t now =
        window_ == 0 ? step.epoch : step.step / static_cast<std::uint64_t>(window_);
    if (now != at_) turn();
    at_ = now;
    rates(step);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      Task& task = tasks_[step.task(i)];
      weights[i] = rates_[step.task(i)];
      task.sum += step.losses[i];
      task.count += 1.0;
    }
  }

  std::vector<double> state() const override {
    std::vector<double> all = {static_cast<double>(at_)};
    for (const Task& t : tasks_) all.insert(all.end(), {t.sum, t.count, t.last, t.before, t.means});
    return all;
  }
  void restore(std::span<const double> all) override {
    at_ = static_cast<std::uint64_t>(all[0]);
    tasks_.clear();
    for (std::size_t i = 1; i + 4 < all.size(); i += 5) {
      tasks_.push_back({all[i], all[i + 1], all[i + 2], all[i + 3], all[i + 4]});
    }
  }

 private:
  struct Task {
    double sum = 0.0;  // of this window
    double count = 0.0;
    double last = 0.0;    // mean of the window before
    double before = 0.0;  // and of the one before that
    double means = 0.0;   // how many of the two are known
  };

  void turn() {
    for (Task& t : tasks_) {
      if (t.count == 0.0) continue;
      t = {.last = t.sum / t.count, .before = t.last, .means = std::min(2.0, t.means + 1.0)};
    }
  }

  // rates_ = T softmax(r / temperature)
  void rates(const BalanceStep& step) {
    rates_.assign(tasks_.size(), 1.0);
    if (std::ranges::none_of(tasks_, [](const Task& t) { return t.means == 2.0; })) return;
    for (std::size_t t = 0; t < tasks_.size(); ++t) {
      rates_[t] = 1.0 / temperature_;
      if (tasks_[t].means < 2.0) continue;
      if (has_log(tasks_[t].last) && has_log(tasks_[t].before)) {
        rates_[t] = tasks_[t].last / tasks_[t].before / temperature_;
      } else {
        step.fell_back("a mean loss is not above zero: its task's rate counts as 1");
      }
    }
    softmax(rates_);
    for (double& rate : rates_) rate *= static_cast<double>(tasks_.size());
  }

  double temperature_ = 2.0;
  Index window_ = 0;
  std::uint64_t at_ = 0;
  std::vector<Task> tasks_;
  std::vector<double> rates_;
};

}  // namespace

std::unique_ptr<Balancer> make_dwa() { return std::make_unique<Dwa>(); }

}  // namespace espalier
