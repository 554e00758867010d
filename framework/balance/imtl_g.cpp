// IMTL-G, impartial gradients (Liu et al. 2021, "Towards Impartial Multi-task Learning", the
// gradient half of IMTL): d = sum w_t g_t, sum w = 1, with the same projection on every task's unit
// gradient u_t = g_t / |g_t|,
//   <d, u_1> = <d, u_t> for all t
// The paper's closed form is w_2.. = g_1 U' (D U')^-1 with rows u_1 - u_t and g_1 - g_t; the same
// weights are v / sum v with (Gv)_t = |g_t| (impartial_weights.hpp), which also has an answer where
// that matrix is singular.
//
// By design weights may be negative, and where their sum before scaling is, all projections are
// negative too: the paper's formula then climbs every loss. It is not repaired here. Heads are
// trained on their own losses, as in the paper.
#include "balance/impartial_weights.hpp"
#include "balance/make.hpp"

namespace espalier {

namespace {

class ImtlG final : public Balancer {
 public:
  BalancerInfo info() const override {
    return {"direction with equal projections on all gradients",
            "w with sum w = 1 and <d, g_t> / |g_t| equal for all t\n"
            "  = v / sum v,  G v = |g|\n"
            "d = sum w_t g_t",
            "Liu et al. 2021, Towards Impartial Multi-task Learning"};
  }
  Needs needs() const override { return {.gram = true}; }
  bool layerwise() const override { return true; }

  void weigh(const BalanceStep& step, std::span<double> weights) override {
    const std::string_view why = impartial_.solve(step.gram, weights);
    if (!why.empty()) step.fell_back(why);
  }

 private:
  ImpartialWeights impartial_;
};

}  // namespace

std::unique_ptr<Balancer> make_imtl_g() { return std::make_unique<ImtlG>(); }

}  // namespace espalier
