#include <algorithm>
#include <cmath>

#include "autograd/loss_pull.hpp"
#include "autograd/ops/check.hpp"
#include "espalier/ops.hpp"

namespace espalier {

namespace {

class EntropyPull final : public LossPull {
 public:
  explicit EntropyPull(double strength) : strength_(strength) {}

  std::string_view name() const override { return "entropy_pull"; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    return in[0];
  }

  // y = p
  void forward(const OpContext& c) const override {
    std::copy_n(c.inputs[0].data, c.output.size(), c.output.data);
    std::ranges::fill(c.saved, std::byte{0});  // no loss weighs anything yet
  }

  // dp = dy + w strength d/dp (-sum p log p) = dy - w strength (log p + 1), w the row's weight
  void backward(const BackwardContext& c) const override {
    const Index row = c.dy.shape.row_size();
    for (const Run& run : c.runs[0]) {
      for (Index n = 0; n < run.rows; ++n) {
        const auto factor = static_cast<real>(strength_) * weights(c)[run.dy_row + n];
        const real* p = c.inputs[0].data + (run.value_row + n) * row;
        const real* dy = c.dy.data + (run.dy_row + n) * row;
        real* dp = c.dx[0].data + (run.dx_row + n) * row;
        for (Index e = 0; e < row; ++e) {
          const real pulled = dy[e] - factor * (std::log(std::max(p[e], kLeast)) + 1);
          dp[e] = run.accumulate ? dp[e] + pulled : pulled;
        }
      }
    }
  }

  double flops(const Geometry& /*g*/) const override { return 0.0; }

 private:
  static constexpr real kLeast = real(1e-6);  // the slope at 0 has no end

  double strength_;
};

}  // namespace

Var entropy_pull(Tape& tape, Var p, double strength) {
  return tape.record(std::make_unique<EntropyPull>(strength), {p});
}

}  // namespace espalier
