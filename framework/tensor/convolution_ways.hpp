#pragma once

#include <algorithm>
#include <limits>
#include <span>

#include "tensor/block_sums.hpp"
#include "tensor/output_gradient.hpp"

/// What every way to compute a convolution offers: convolution.cpp takes the cheapest. Images are
/// (N, H, W, C), weights (O, KH, KW, C). `scratch` tells the numbers of scratch that `run` needs
/// with `threads` threads; with less of it, it runs on fewer. `pooled`: of an OutputPlace or an
/// OutputGradient. `cost`: about the multiply-adds of full vectors for an image, times their
/// numbers; kNever where `run` cannot, or its memory would leave the caches.
namespace espalier::convolution {

inline constexpr double kNever = std::numeric_limits<double>::infinity();

using Cost = double (*)(const Window& v, Index outputs, bool pooled);
using Scratch = Index (*)(const Window& v, Index outputs, int threads, bool pooled);

/// Y = X * W + b, `bias` may be null.
struct ForwardWay {
  Cost cost;
  Scratch scratch;
  void (*run)(const Window& v, Index images, const real* x, Index outputs, const real* weight,
              const real* bias, const OutputPlace& y, std::span<real> scratch);
};

/// Lanes are the gradients of several losses with respect to the same pooled outputs, which have
/// the same winners. So many are taken together at most.
inline constexpr Index kMostLanes = block_sums::kMostLanes;

struct InputLane {
  const real* dy;  ///< (N, OH/2, OW/2, O)
  real* dx;        ///< (N, H, W, C)
  bool add;
};
struct WeightLane {
  const real* dy;  ///< (N, OH/2, OW/2, O)
  real* dw;        ///< (O, KH, KW, C)
  real* db;        ///< (O), the sums of dY; null: not wanted
};

using LanesCost = double (*)(const Window& v, Index outputs, Index lanes);
using LanesScratch = Index (*)(const Window& v, Index outputs, int threads, Index lanes);

/// dX (N, H, W, C) = dY * W turned round; `add`: dX +=. Its scratch is for up to `images` of them.
/// A way that gains by taking lanes together has what follows `run`.
struct InputGradientWay {
  Cost cost;
  Index (*scratch)(const Window& v, Index outputs, Index images, int threads, bool pooled);
  void (*run)(const Window& v, Index images, const OutputGradient& dy, Index outputs,
              const real* weight, bool add, real* dx, std::span<real> scratch);
  LanesCost lanes_cost = nullptr;
  LanesScratch lanes_scratch = nullptr;
  void (*run_lanes)(const Window& v, Index images, const std::uint8_t* winners,
                    std::span<const InputLane> lanes, Index outputs, const real* weight,
                    std::span<real> scratch) = nullptr;
};

/// dW (O, KH, KW, C) = beta dW + alpha sum over images and positions of dY' X; of lanes dW = that
/// sum.
struct WeightGradientWay {
  Cost cost;
  Scratch scratch;
  void (*run)(const Window& v, Index images, const real* x, const OutputGradient& dy, Index outputs,
              double alpha, double beta, real* dw, std::span<real> scratch);
  LanesCost lanes_cost = nullptr;
  LanesScratch lanes_scratch = nullptr;
  void (*run_lanes)(const Window& v, Index images, const real* x, const std::uint8_t* winners,
                    std::span<const WeightLane> lanes, Index outputs,
                    std::span<real> scratch) = nullptr;
};

/// Whether the input gradient is a convolution itself: stride 1, square kernels, a border narrower
/// than the kernel.
inline bool turns(const Window& v) {
  return v.stride == 1 && v.kernel_height == v.kernel_width && v.padding < v.kernel_height;
}

/// The window of that convolution: it slides over dY.
inline Window turned(const Window& v, Index outputs) {
  return {v.out_height(),
          v.out_width(),
          outputs,
          v.kernel_height,
          v.kernel_width,
          /*stride=*/1,
          /*padding=*/v.kernel_height - 1 - v.padding};
}

}  // namespace espalier::convolution
