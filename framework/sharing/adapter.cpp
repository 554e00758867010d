// Adapters: layers that all tasks share, and behind them a small residual part of each task's own.
//   residual:   y_t = x + A_t BN(x), A_t a 1x1 convolution (dense features: a linear layer)
//               (Rebuffi, Bilen, Vedaldi, NIPS 2017, "Learning multiple visual domains with
//               residual adapters"; the series form, BN where `norm` is set)
//   bottleneck: y_t = x + U_t gelu(D_t x), D_t to `size` units and U_t back
//               (Houlsby et al., ICML 2019, "Parameter-Efficient Transfer Learning for NLP")
// A_t and U_t start at zero: training starts from hard sharing. The adapters are their task's own.
// Deviation: both papers freeze the shared layers after pre-training; here all of it is trained.
#include "core/text.hpp"
#include "sharing/every_stage.hpp"
#include "sharing/make.hpp"
#include "sharing/pointwise.hpp"

#include <array>

namespace espalier {

namespace {

class Adapter final : public StageSharing {
 public:
  void fields(Fields& f) override {
    static constexpr std::array<std::string_view, 2> kKinds = {"residual", "bottleneck"};
    f.word({"kind", "residual (Rebuffi et al. 2017) or bottleneck (Houlsby et al. 2019)"}, kind_,
           kKinds);
    f.integer({"size", "units of the bottleneck"}, size_, {.at_least = 1});
    f.flag({"norm", "residual: batch norm before the adapter's weights"}, norm_);
    const bool residual = kind_ == "residual";
    if (residual && size_ != kSize) {
      f.refuse("size", text::cat("expected a size only with kind: bottleneck, found ", size_,
                                 " with residual, whose weights are square"));
    }
    if (!residual && norm_) {
      f.refuse("norm", "expected norm only with kind: residual, found it with bottleneck");
    }
  }

  Flows record(const StageNet& stage, const Flows& in) const override {
    Flows out{stage.layers_each(stage.asked(in), "", StageNet::kShared), {}};
    for (std::size_t t = 0; t < stage.tasks(); ++t) {
      const StreamSet& wanted = stage.wanted().tasks[t];
      if (wanted.empty()) continue;
      const Net net = stage.net(stage.task_name(t) + "/adapter", static_cast<int>(t));
      const Var x = stage.rows(out.tasks[t], wanted);
      out.tasks[t] = add(net, x, kind_ == "residual" ? residual(net, x) : bottleneck(net, x));
    }
    return out;
  }

 private:
  Var residual(const Net& net, Var x) const {
    const Var y = norm_ ? batch_norm(net, "norm", x) : x;
    return pointwise(net, "weights", y, net.tape().shape(x)[-1], &kZero);
  }

  Var bottleneck(const Net& net, Var x) const {
    const Initializer start{Initializer::Kind::he_normal};
    const Var low = pointwise(net, "down", x, size_, &start);
    return pointwise(net, "up", gelu(net, low), net.tape().shape(x)[-1], &kZero);
  }

  static constexpr Index kSize = 64;
  inline static const Initializer kZero{Initializer::Kind::constant, 0.0};

  std::string kind_ = "residual";
  Index size_ = kSize;
  bool norm_ = false;
};

}  // namespace

std::unique_ptr<StageSharing> make_adapter_stage() { return std::make_unique<Adapter>(); }

std::unique_ptr<SharingStrategy> make_adapters() {
  return std::make_unique<EveryStage>(make_adapter_stage());
}

}  // namespace espalier
