#include <algorithm>
#include <array>
#include <iterator>

#include "autograd/gram.hpp"
#include "autograd/ops/check.hpp"
#include "autograd/ops/same_rows.hpp"
#include "autograd/ops/tail.hpp"
#include "autograd/ops/window_check.hpp"
#include "core/arena.hpp"
#include "core/parallel.hpp"
#include "espalier/ops.hpp"
#include "espalier/tangent.hpp"
#include "tensor/convolution.hpp"

namespace espalier {

namespace {

/// What lies behind the convolution in the same pass; the order tells people what they wrote, the
/// numbers are the same.
enum class Tail : std::uint8_t { none, relu_pool, pool_relu };

class Conv2d final : public Op, public HasTangent {
 public:
  Conv2d(Parameter& weight, Parameter* bias, const Conv2dOptions& options)
      : owned_{&weight, bias}, count_(bias ? 2U : 1U), options_(options) {}
  Conv2d(const Conv2d& plain, Tail tail)
      : owned_(plain.owned_), count_(plain.count_), options_(plain.options_), tail_(tail) {}

  std::string_view name() const override {
    if (!pooled()) return "conv2d";
    return tail_ == Tail::relu_pool ? "conv2d+relu+max_pool" : "conv2d+max_pool+relu";
  }
  std::span<Parameter* const> parameters() const override { return {owned_.data(), count_}; }

  ValueInfo infer(std::span<const ValueInfo> in) const override {
    check::real_input(name(), in[0]);
    const Shape &x = in[0].shape, &w = owned_[0]->value.shape;
    check::that(x.rank() == 4, name(), "images (N, H, W, C)", x);
    if (w.rank() != 4 || w[3] != x[3]) {
      check::fail(name(), text::cat("weight (O, KH, KW, ", x[3], ") for images ", to_string(x)),
                  to_string(w));
    }
    if (count_ == 2) check::same_shape(name(), "bias", Shape{w[0]}, owned_[1]->value.shape);
    const Window v = window(x);
    check::window_fits(name(), v, x);
    const Index part = pooled() ? 2 : 1;
    return {Shape{x[0], v.out_height() / part, v.out_width() / part, w[0]}, Dtype::floating};
  }

  // Y = X * W + 1 b' [, the largest of four or 0]
  void forward(const OpContext& c) const override {
    const Window v = window(c.inputs[0].shape);
    const real* const bias = count_ == 2 ? owned_[1]->value.data : nullptr;
    convolution::forward(v, c.output.shape[0], c.inputs[0].data, outputs(), weight(), bias,
                         {c.output.data, winners(c)}, numbers(c.workspace));
  }

  // dX = dY * W turned round
  void backward(const BackwardContext& c) const override {
    const Window v = window(c.dx[0].shape);
    const std::span<const Run> runs = c.runs[0];
    for (std::size_t r = 0; r < runs.size();) {
      const std::span<const Run> lanes = with_same_rows(runs, r, convolution::kMostLanes);
      if (pooled() && convolution::gains_by_input_lanes(v, outputs(), std::ssize(lanes))) {
        backward_together(c, v, lanes);
      } else {
        for (const Run& run : lanes) backward_run(c, v, run);
      }
      r += lanes.size();
    }
  }

  // dW = dY' X under the window, db = dY' 1
  void parameter_gradient(const GradientContext& c) const override {
    const Window v = window(c.inputs[0].shape);
    const OutputGradient dy = gradient(c, c.dy, v, c.first_row, 0);
    if (const Sink& w = c.sinks[0]; w.data != nullptr) {
      convolution::weight_gradient(v, c.rows, c.inputs[0].data, dy, outputs(), w.alpha, w.beta,
                                   w.data, numbers(c.workspace));
    }
    if (count_ == 2 && c.sinks[1].data != nullptr) {
      dy.channel_sums(c.rows * v.positions(), outputs(), c.sinks[1].alpha, c.sinks[1].beta,
                      c.sinks[1].data);
    }
  }

  // Y' = X' * W + X * W' + 1 b' [, of the pixels that won]
  void tangent(const TangentContext& c) const override {
    const Window v = window(c.inputs[0].shape);
    OutputPlace to{.y = c.dy.data, .won = winners(c)};
    const auto add = [&](const ConstTensor& x, const real* weight, const real* bias) {
      convolution::forward(v, c.dy.shape[0], x.data, outputs(), weight, bias, to,
                           numbers(c.workspace));
      to.add = true;
    };
    if (c.dx[0].data != nullptr) add(c.dx[0], weight(), nullptr);
    if (c.moves[0].data != nullptr) {
      add(c.inputs[0], c.moves[0].data, count_ == 2 ? c.moves[1].data : nullptr);
    }
  }

  // g_t = dY_t' X of every lane: of those with the same rows together; what remains on threads of
  // their own
  void gram(const GramContext& c) const override {
    real* const formed = formed_rows(c);
    const Index row = formed_numbers(c);
    const Window v = window(c.inputs[0].shape);
    const std::span<real> rest = numbers(c.workspace).subspan(formed_in_workspace(c));
    const auto beside = [&](std::size_t l) {
      return with_same_rows(c.lanes, l, convolution::kMostLanes);
    };
    for (std::size_t l = 0; l < c.lanes.size(); l += beside(l).size()) {
      if (!gains_by_lanes(c, v, beside(l))) continue;
      form_together(c, v, beside(l), rest, formed + static_cast<Index>(l) * row, row);
    }
    const Index each = gradient_scratch(v, 1), lanes = std::ssize(c.lanes);
    const Index most = each == 0 ? lanes : std::ssize(rest) / each;
    parallel::for_pieces(
        lanes, parallel::grain_for(lanes, most), [&](int piece, Index begin, Index end) {
          const auto scratch =
              rest.subspan(static_cast<std::size_t>(piece * each), static_cast<std::size_t>(each));
          for (Index l = begin; l < end; ++l) {
            const auto k = static_cast<std::size_t>(l);
            if (!gains_by_lanes(c, v, beside(k))) form(c, v, c.lanes[k], scratch, formed + l * row);
          }
        });
    add_gram_of_rows(formed, row, c);
  }

  Footprint footprint(const Geometry& g) const override {
    const Window v = window(g.inputs[0].shape);
    const int threads = parallel::threads();
    const Index lanes = g.gram ? threads * gradient_scratch(v, 1) : 0;
    const Index together = pooled() && g.common_rows ? lanes_scratch(v, threads, g.lanes) : 0;
    const Index most =
        std::max({convolution::scratch(v, outputs(), g.inputs[0].shape[0], threads, pooled()),
                  gradient_scratch(v, threads), lanes, together});
    return {.saved = pooled() ? static_cast<std::size_t>(g.output.shape.size()) : 0,
            .workspace = Arena::rounded(formed_gram_workspace(g)) +
                         static_cast<std::size_t>(most) * sizeof(real)};
  }

  double flops(const Geometry& g) const override {
    const Shape& w = owned_[0]->value.shape;
    const double outputs = static_cast<double>(g.output.shape.size()) * (pooled() ? 4.0 : 1.0);
    const double product = 2.0 * outputs * static_cast<double>(w.row_size());
    return pooled() ? product + 2.0 * outputs : product;  // one for max(0, .), one for the largest
  }

  /// Whether max(0, .) and max pooling of halves can be computed with it.
  bool takes_tail(const Shape& x) const {
    const Window v = window(x);
    return !pooled() && !convolution::pointwise(v) &&
           pool_halves::fits(pool_halves::over(v, outputs()));
  }

 private:
  Window window(const Shape& x) const {
    const Shape& w = owned_[0]->value.shape;
    return {x[1], x[2], x[3], w[1], w[2], options_.stride, options_.padding};
  }
  Index outputs() const { return owned_[0]->value.shape[0]; }
  const real* weight() const { return owned_[0]->value.data; }

  bool pooled() const { return tail_ != Tail::none; }

  std::uint8_t* winners(const OpContext& c) const {
    return pooled() ? reinterpret_cast<std::uint8_t*>(c.saved.data()) : nullptr;
  }

  /// dY from row `dy_row` on, of outputs from row `value_row` on.
  OutputGradient gradient(const OpContext& c, const ConstTensor& dy, const Window& v,
                          Index value_row, Index dy_row) const {
    const Index each = v.positions() * outputs() / (pooled() ? 4 : 1);
    return {dy.data + dy_row * each, pooled() ? winners(c) + value_row * each : nullptr};
  }

  Index gradient_scratch(const Window& v, int threads) const {
    return convolution::weight_gradient_scratch(v, outputs(), threads, pooled());
  }

  Index lanes_scratch(const Window& v, int threads, Index lanes) const {
    return std::max(convolution::input_lanes_scratch(v, outputs(), threads, lanes),
                    convolution::weight_lanes_scratch(v, outputs(), threads, lanes));
  }

  real* dx_of(const BackwardContext& c, const Window& v, const Run& run) const {
    return c.dx[0].data + run.dx_row * v.image_size();
  }

  void backward_run(const BackwardContext& c, const Window& v, const Run& run) const {
    convolution::input_gradient(v, run.rows, gradient(c, c.dy, v, run.value_row, run.dy_row),
                                outputs(), weight(), run.accumulate, dx_of(c, v, run),
                                numbers(c.workspace));
  }
  void backward_together(const BackwardContext& c, const Window& v,
                         std::span<const Run> runs) const {
    std::array<convolution::InputLane, static_cast<std::size_t>(convolution::kMostLanes)> lanes;
    for (std::size_t r = 0; r < runs.size(); ++r) {
      const Run& run = runs[r];
      lanes[r] = {gradient(c, c.dy, v, run.value_row, run.dy_row).dy, dx_of(c, v, run),
                  run.accumulate};
    }
    convolution::input_gradients(
        v, runs[0].rows, gradient(c, c.dy, v, runs[0].value_row, 0).winners,
        {lanes.data(), runs.size()}, outputs(), weight(), numbers(c.workspace));
  }

  bool gains_by_lanes(const GramContext& c, const Window& v,
                      std::span<const LaneRows> lanes) const {
    return pooled() && c.includes[0] != 0 &&
           convolution::gains_by_weight_lanes(v, outputs(), std::ssize(lanes));
  }
  /// [weight gradient] [bias gradient] of lanes, `row` numbers apart
  void form_together(const GramContext& c, const Window& v, std::span<const LaneRows> rows,
                     std::span<real> scratch, real* to, Index row) const {
    std::array<convolution::WeightLane, static_cast<std::size_t>(convolution::kMostLanes)> lanes;
    for (std::size_t l = 0; l < rows.size(); ++l) {
      real* const dw = to + static_cast<Index>(l) * row;
      const bool bias = count_ == 2 && c.includes[1] != 0;
      lanes[l] = {gradient(c, c.dy, v, 0, rows[l].dy_row).dy, dw,
                  bias ? dw + owned_[0]->value.size() : nullptr};
    }
    const Index first = rows[0].value_row;
    convolution::weight_gradients(v, rows[0].rows, c.inputs[0].data + first * v.image_size(),
                                  gradient(c, c.dy, v, first, 0).winners,
                                  {lanes.data(), rows.size()}, outputs(), scratch);
  }

  /// [weight gradient,] [bias gradient] of a lane
  void form(const GramContext& c, const Window& v, const LaneRows& lane, std::span<real> scratch,
            real* to) const {
    const OutputGradient dy = gradient(c, c.dy, v, lane.value_row, lane.dy_row);
    if (c.includes[0] != 0) {
      convolution::weight_gradient(v, lane.rows, c.inputs[0].data + lane.value_row * v.image_size(),
                                   dy, outputs(), 1.0, 0.0, to, scratch);
      to += owned_[0]->value.size();
    }
    if (count_ == 2 && c.includes[1] != 0) {
      dy.channel_sums(lane.rows * v.positions(), outputs(), 1.0, 0.0, to);
    }
  }

  static std::span<real> numbers(std::span<std::byte> workspace) {
    return {reinterpret_cast<real*>(workspace.data()), workspace.size() / sizeof(real)};
  }

  /// Numbers at the beginning of the workspace that the formed gradients take.
  std::size_t formed_in_workspace(const GramContext& c) const {
    if (!c.formed.empty()) return 0;
    const auto bytes = c.lanes.size() * static_cast<std::size_t>(formed_numbers(c)) * sizeof(real);
    return Arena::rounded(bytes) / sizeof(real);
  }

  std::array<Parameter*, 2> owned_;  // weight, bias (or null)
  std::size_t count_;
  Conv2dOptions options_;
  Tail tail_ = Tail::none;
};

}  // namespace

std::unique_ptr<Op> pooled_conv2d(const Op& op, const Shape& images, bool relu_first) {
  const auto* const plain = dynamic_cast<const Conv2d*>(&op);
  if (plain == nullptr || !plain->takes_tail(images)) return nullptr;
  return std::make_unique<Conv2d>(*plain, relu_first ? Tail::relu_pool : Tail::pool_relu);
}

Var conv2d(Tape& tape, Var x, Parameter& weight, Parameter* bias, const Conv2dOptions& options) {
  return tape.record(std::make_unique<Conv2d>(weight, bias, options), {x});
}

}  // namespace espalier
