#include "tensor/convolution.hpp"

#include <algorithm>
#include <array>

#include "tensor/blas.hpp"
#include "tensor/convolution_across.hpp"
#include "tensor/convolution_direct.hpp"
#include "tensor/convolution_unfolded.hpp"
#include "tensor/convolution_winners.hpp"
#include "tensor/matrix.hpp"

namespace espalier::convolution {

namespace {

using blas::Transpose;

constexpr std::array kForward = {&direct::kForward, &across::kForward};
constexpr std::array kInputGradient = {&direct::kInputGradient, &across::kInputGradient,
                                       &winners::kInputGradient, &unfolded::kInputGradient};
constexpr std::array kWeightGradient = {&direct::kWeightGradient, &across::kWeightGradient,
                                        &winners::kWeightGradient};

template <class Ways>
auto cheapest(const Ways& ways, const Window& v, Index outputs, bool pooled) {
  return *std::ranges::min_element(ways, {},
                                   [&](const auto* way) { return way->cost(v, outputs, pooled); });
}

/// The way that takes lanes together, where that is cheaper than the cheapest one after the other.
template <class Ways>
auto together(const Ways& ways, const Window& v, Index outputs, Index lanes) {
  const auto* const one = cheapest(ways, v, outputs, true);
  double least = static_cast<double>(lanes) * one->cost(v, outputs, true);
  const auto* best = decltype(one){nullptr};
  for (const auto* way : ways) {
    if (lanes == 1 || way->run_lanes == nullptr) continue;
    const double cost = way->lanes_cost(v, outputs, lanes);
    if (cost < least) best = way;
    least = std::min(least, cost);
  }
  return best;
}

/// Scratch for any number of lanes up to `lanes`.
template <class Ways>
Index lanes_scratch(const Ways& ways, const Window& v, Index outputs, int threads, Index lanes) {
  Index most = 0;
  for (Index l = 2; l <= std::min(lanes, kMostLanes); ++l) {
    const auto* const way = together(ways, v, outputs, l);
    if (way != nullptr) most = std::max(most, way->lanes_scratch(v, outputs, threads, l));
  }
  return most;
}

}  // namespace

bool pointwise(const Window& v) {
  return v.kernel_height == 1 && v.kernel_width == 1 && v.stride == 1 && v.padding == 0;
}

Index scratch(const Window& v, Index outputs, Index images, int threads, bool pooled) {
  if (pointwise(v)) return 0;
  const auto of = [&](const auto* way) { return way->scratch(v, outputs, threads, pooled); };
  // Few images run directly whatever is cheapest for many.
  return std::max(
      {of(&direct::kForward), of(cheapest(kForward, v, outputs, pooled)),
       cheapest(kInputGradient, v, outputs, pooled)->scratch(v, outputs, images, threads, pooled)});
}

// Of one pixel, the images are the columns of a product.
void forward(const Window& v, Index images, const real* x, Index outputs, const real* weight,
             const real* bias, const OutputPlace& y, std::span<real> scratch) {
  const Index k = v.column_size(), rows = images * v.positions();
  if (pointwise(v)) {
    if (bias != nullptr && y.add) {
      matrix::add_rows(y.y, rows, outputs, bias);
    } else if (bias != nullptr) {
      matrix::fill_rows(y.y, rows, outputs, bias);
    }
    blas::gemm(Transpose::no, Transpose::yes, rows, outputs, k, 1.0, x, k, weight, k,
               bias != nullptr || y.add ? 1.0 : 0.0, y.y, outputs);
    return;
  }
  const bool few = images < simd::kLanes / 2;
  const ForwardWay* way = few ? &direct::kForward : cheapest(kForward, v, outputs, y.pooled());
  way->run(v, images, x, outputs, weight, bias, y, scratch);
}

void input_gradient(const Window& v, Index images, const OutputGradient& dy, Index outputs,
                    const real* weight, bool add, real* dx, std::span<real> scratch) {
  const Index k = v.column_size();
  if (pointwise(v)) {
    blas::gemm(Transpose::no, Transpose::no, images * v.positions(), k, outputs, 1.0, dy.dy,
               outputs, weight, k, add ? 1.0 : 0.0, dx, k);
    return;
  }
  cheapest(kInputGradient, v, outputs, dy.pooled())
      ->run(v, images, dy, outputs, weight, add, dx, scratch);
}

Index weight_gradient_scratch(const Window& v, Index outputs, int threads, bool pooled) {
  if (pointwise(v)) return 0;
  return cheapest(kWeightGradient, v, outputs, pooled)->scratch(v, outputs, threads, pooled);
}

void weight_gradient(const Window& v, Index images, const real* x, const OutputGradient& dy,
                     Index outputs, double alpha, double beta, real* dw, std::span<real> scratch) {
  const Index k = v.column_size();
  if (pointwise(v)) {
    blas::gemm(Transpose::yes, Transpose::no, outputs, k, images * v.positions(), alpha, dy.dy,
               outputs, x, k, beta, dw, k);
    return;
  }
  cheapest(kWeightGradient, v, outputs, dy.pooled())
      ->run(v, images, x, dy, outputs, alpha, beta, dw, scratch);
}

Index input_lanes_scratch(const Window& v, Index outputs, int threads, Index lanes) {
  return lanes_scratch(kInputGradient, v, outputs, threads, lanes);
}

Index weight_lanes_scratch(const Window& v, Index outputs, int threads, Index lanes) {
  return lanes_scratch(kWeightGradient, v, outputs, threads, lanes);
}

bool gains_by_input_lanes(const Window& v, Index outputs, Index lanes) {
  return together(kInputGradient, v, outputs, lanes) != nullptr;
}

bool gains_by_weight_lanes(const Window& v, Index outputs, Index lanes) {
  return together(kWeightGradient, v, outputs, lanes) != nullptr;
}

void input_gradients(const Window& v, Index images, const std::uint8_t* winners,
                     std::span<const InputLane> lanes, Index outputs, const real* weight,
                     std::span<real> scratch) {
  together(kInputGradient, v, outputs, static_cast<Index>(lanes.size()))
      ->run_lanes(v, images, winners, lanes, outputs, weight, scratch);
}

void weight_gradients(const Window& v, Index images, const real* x, const std::uint8_t* winners,
                      std::span<const WeightLane> lanes, Index outputs, std::span<real> scratch) {
  together(kWeightGradient, v, outputs, static_cast<Index>(lanes.size()))
      ->run_lanes(v, images, x, winners, lanes, outputs, scratch);
}

}  // namespace espalier::convolution
