// GradDrop (Chen et al. 2020, "Just Pick a Sign: Optimizing Deep Multitask Models with Gradient
// Sign Dropout"). For each shared parameter on its own, with U uniform in (0, 1):
//   P = 1/2 (1 + sum g_t / sum |g_t|)
//   d = sum (leak_t + (1 - leak_t) m_t) g_t,   m_t = [g_t > 0] if P > U, else [g_t < 0]
//
// The paper applies this to the gradients at the trunk's output (`graddrop_features`); this is the
// form over the parameters that benchmarks of later papers use, for trunks whose gradients conflict
// further down. One U for each parameter; a single P for all of them, as one implementation has it,
// is another method. leak_t = 1 keeps all of a task's gradient, as in the paper. Where all
// gradients are zero P is 0 / 0 and the direction zero. U is 32 bits, never 0 or 1: with one sign
// everywhere all of it is kept.
#include "balance/make.hpp"
#include "balance/per_task.hpp"

namespace espalier {

namespace {

class GradDrop final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"each parameter follows only gradients of one sign, drawn by their balance",
            "P = 1/2 (1 + sum g_t / sum |g_t|),  U ~ uniform, for each parameter\n"
            "d = sum (leak_t + (1 - leak_t) m_t) g_t\n"
            "m_t = [g_t > 0] where P > U, else [g_t < 0]",
            "Chen et al. 2020, Just Pick a Sign: Optimizing Deep Multitask Models with Gradient "
            "Sign Dropout"};
  }
  void fields(Fields& f) override {
    f.numbers({"leak",
               "share of its gradient that a task keeps in any case: one number for all "
               "tasks, or one for each; none: 0"},
              leak_, {.at_least = 0.0, .at_most = 1.0});
  }
  Needs needs() const override { return {.jacobian = true}; }
  bool weighs() const override { return false; }

  void begin(const BalanceSizes& sizes) override {
    if (leak_.size() > 1) check_count("graddrop.leak", leak_, sizes.tasks);
  }
  void combine(const JacobianStep& step, std::span<double> weights,
               std::span<real> direction) override {
    const std::size_t n = weights.size(), columns = direction.size();
    leaks_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      leaks_[i] = leak_.empty() ? 0.0 : leak_.size() == 1 ? leak_[0] : leak_.at(step.task(i));
    }
    const real* const rows = step.jacobian.data;
    for (std::size_t k = 0; k < columns; ++k) {
      const double drawn = (static_cast<double>(step.random->next()) + 0.5) * 0x1p-32;
      double sum = 0.0, size = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        const auto g = static_cast<double>(rows[i * columns + k]);
        sum += g;
        size += std::abs(g);
      }
      const bool positive = size > 0.0 && 0.5 * (1.0 + sum / size) > drawn;
      double kept = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        const auto g = static_cast<double>(rows[i * columns + k]);
        kept += (g > 0.0) == positive ? g : leaks_[i] * g;
      }
      direction[k] = static_cast<real>(kept);
    }
  }

 private:
  std::vector<double> leak_;
  std::vector<double> leaks_;
};

}  // namespace

std::unique_ptr<Balancer> make_graddrop() { return std::make_unique<GradDrop>(); }

}  // namespace espalier
