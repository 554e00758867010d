// Krum and Multi-Krum (Blanchard et al. 2017, "Machine Learning with Adversaries: Byzantine
// Tolerant Gradient Descent"): f of the T gradients may be anything; one that lies among the others
// is trusted. With N_t the T - f - 2 gradients nearest to g_t,
//   score_t = sum over s in N_t of |g_t - g_s|^2,  |g_t - g_s|^2 = G_tt + G_ss - 2 G_ts
// and the direction is the mean of the `select` gradients with the lowest scores (1: Krum).
//
// Scores are of squared distances as in the paper; some implementations take their roots. Of equal
// scores the first task wins. Fewer than f + 3 tasks have no such neighbours: the mean of all is
// taken, and reported.
#include <algorithm>
#include <numeric>
#include <utility>

#include "balance/make.hpp"
#include "balance/nonzero_rows.hpp"

namespace espalier {

namespace {

class Krum final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"mean of the gradients that lie among the others",
            "score_t = sum of |g_t - g_s|^2 over the T - f - 2 nearest g_s\n"
            "d = mean of the `select` gradients with the lowest scores",
            "Blanchard et al. 2017, Machine Learning with Adversaries: Byzantine Tolerant Gradient "
            "Descent"};
  }
  void fields(Fields& f) override {
    f.integer({"f", "gradients that may be anything"}, faulty_, {.at_least = 0});
    f.integer({"select", "gradients whose mean is taken"}, select_, {.at_least = 1});
  }
  Needs needs() const override { return {.gram = true}; }
  bool layerwise() const override { return true; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    rows_.read(step.gram, weights.size());
    const std::size_t tasks = rows_.size();
    std::size_t count = std::min(tasks, static_cast<std::size_t>(select_));
    own_.assign(tasks, 0.0);
    order_.resize(tasks);
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    if (tasks < 3 || tasks - 3 < static_cast<std::size_t>(faulty_)) {
      if (tasks > 1) step.fell_back("fewer than f + 3 tasks: the mean of all gradients");
      count = tasks;
    } else {
      scores_.resize(tasks);
      for (std::size_t t = 0; t < tasks; ++t) scores_[t] = score(t);
      std::ranges::sort(order_, {}, [&](std::size_t t) { return std::pair(scores_[t], t); });
    }
    for (std::size_t k = 0; k < count; ++k) own_[order_[k]] = 1.0 / static_cast<double>(count);
    rows_.write(own_, 1.0, weights);
  }

 private:
  double score(std::size_t t) {
    const std::size_t tasks = rows_.size();
    const auto at = [&](std::size_t i, std::size_t j) { return rows_.gram()[i * tasks + j]; };
    distances_.clear();
    for (std::size_t s = 0; s < tasks; ++s) {
      if (s != t) distances_.push_back(std::max(0.0, at(t, t) + at(s, s) - 2.0 * at(t, s)));
    }
    std::ranges::sort(distances_);
    const auto near = static_cast<std::ptrdiff_t>(tasks) - faulty_ - 2;
    return std::accumulate(distances_.begin(), distances_.begin() + near, 0.0);
  }

  Index faulty_ = 0;
  Index select_ = 1;
  NonzeroRows rows_;
  std::vector<std::size_t> order_;
  std::vector<double> scores_;
  std::vector<double> distances_;
  std::vector<double> own_;
};

}  // namespace

std::unique_ptr<Balancer> make_krum() { return std::make_unique<Krum>(); }

}  // namespace espalier
