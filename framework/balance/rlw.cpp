// Random loss weighting (Lin, Ye, Zhang, Tsang 2022, "Reasonable Effectiveness of Random Weighting:
// A Litmus Test for Multi-Task Learning"). New weights at every step:
//   normal:     w = softmax(z), z ~ N(0, I)
//   dirichlet:  w ~ Dirichlet(1, ..., 1), uniform on the simplex (Kurin et al. 2022)
// The weights add up to 1 as in the paper; `scale: sum_to_tasks` is what libraries that compare
// with a sum of losses use. They are drawn for the tasks at hand, from the method's own stream, so
// that other random numbers of a run do not depend on them.
#include <array>

#include "balance/make.hpp"
#include "balance/per_task.hpp"

namespace espalier {

namespace {

class RandomWeights final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"random weights at every step",
            "normal:     w = softmax(z), z ~ N(0, I)\n"
            "dirichlet:  w ~ Dirichlet(1, ..., 1)",
            "Lin et al. 2022, Reasonable Effectiveness of Random Weighting: A Litmus Test for "
            "Multi-Task Learning"};
  }
  void fields(Fields& f) override {
    static constexpr std::array<std::string_view, 2> kDistributions = {"normal", "dirichlet"};
    f.word({"distribution", "softmax of normal numbers, or uniform on the simplex"}, distribution_,
           kDistributions);
  }
  Needs needs() const override { return {}; }
  void conventions(BalanceConventions& c) const override { c.heads = "weighted"; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    if (distribution_ == "dirichlet") {
      // Exponential numbers over their sum. The first term keeps a sum of zeros from being divided.
      double sum = 0.0;
      for (double& w : weights) sum += w = 1e-300 - std::log(1.0 - step.random->uniform());
      for (double& w : weights) w /= sum;
    } else {
      for (double& w : weights) w = step.random->normal();
      softmax(weights);
    }
  }

 private:
  std::string distribution_ = "normal";
};

}  // namespace

std::unique_ptr<Balancer> make_rlw() { return std::make_unique<RandomWeights>(); }

}  // namespace espalier
