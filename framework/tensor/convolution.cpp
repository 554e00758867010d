#include "tensor/convolution.hpp"

#include <algorithm>

#include "tensor/blas.hpp"
#include "tensor/convolution_across.hpp"
#include "tensor/convolution_direct.hpp"
#include "tensor/matrix.hpp"
#include "tensor/simd.hpp"
#include "tensor/unfolded.hpp"

namespace espalier::convolution {

namespace {

using blas::Transpose;

// Costs of an image, in multiply-adds of full vectors.

constexpr double kMove = 8.0;  // what a number costs that goes into or out of a block of images

/// Rows (or columns) of kernel and image that meet, over all places of the window.
Index meetings(Index extent, Index kernel, const Window& v, Index places) {
  Index sum = 0;
  for (Index p = 0; p < places; ++p) {
    const Index begin = p * v.stride - v.padding;
    sum += std::max<Index>(0, std::min(begin + kernel, extent) - std::max<Index>(0, begin));
  }
  return sum;
}

constexpr double kNever = 1e300;

/// A block of images must stay in the second-level cache.
bool has_small_blocks(const Window& v) {
  constexpr Index kMost = Index{1} << 20U;  // bytes
  return v.image_size() * static_cast<Index>(simd::kBytes) <= kMost;
}

double across(const Window& v, Index outputs) {
  if (!has_small_blocks(v)) return kNever;
  const auto products =
      static_cast<double>(meetings(v.height, v.kernel_height, v, v.out_height()) *
                          meetings(v.width, v.kernel_width, v, v.out_width()) * v.channels);
  const auto moved = static_cast<double>(v.image_size() + v.positions() * outputs);
  return products * static_cast<double>(outputs) + kMove * moved;
}

/// Its weight gradient sees the border too, and has sums that must stay there beside them.
double gradient_across(const Window& v, Index outputs) {
  constexpr double kMostSums = 512.0 * 1024.0;  // bytes
  const auto sums = static_cast<double>(v.column_size() * outputs);
  if (!has_small_blocks(v) || sums * static_cast<double>(simd::kBytes) > kMostSums) return kNever;
  const auto moved = static_cast<double>(v.image_size() + v.positions() * outputs);
  return static_cast<double>(v.positions()) * sums + kMove * moved;
}

/// `outputs`: those that vectors run along.
double direct(const Window& v, Index outputs) {
  return static_cast<double>(v.positions() * v.column_size() * simd::whole_vectors(outputs));
}

double unfolded(const Window& v, Index outputs) {
  constexpr double kFold = 4.0;  // what adding a number where it belongs costs
  return static_cast<double>(v.positions() * outputs * simd::whole_vectors(v.column_size())) +
         kFold * static_cast<double>(v.positions() * v.column_size());
}

bool runs_across(const Window& v, Index outputs) { return across(v, outputs) < direct(v, outputs); }

bool gradient_runs_across(const Window& v, Index outputs) {
  return gradient_across(v, outputs) < direct(v, outputs);
}

enum class Way : std::uint8_t { across, direct, unfolded };

Way way_of_input_gradient(const Window& v, Index outputs) {
  if (!direct::turns(v)) return Way::unfolded;
  const Window turned = direct::turned(v, outputs);
  const double a = across(turned, v.channels), d = direct(turned, v.channels);
  const double u = unfolded(v, outputs);
  if (a < d && a < u) return Way::across;
  return d <= u ? Way::direct : Way::unfolded;
}

}  // namespace

bool pointwise(const Window& v) {
  return v.kernel_height == 1 && v.kernel_width == 1 && v.stride == 1 && v.padding == 0;
}

Index scratch(const Window& v, Index outputs, Index images, int threads, bool pooled) {
  if (pointwise(v)) return 0;
  Index most = direct::forward_scratch(v, outputs, threads, pooled);
  if (runs_across(v, outputs)) {
    most = std::max(most, across::forward_scratch(v, outputs, threads, pooled));
  }
  switch (way_of_input_gradient(v, outputs)) {
    case Way::unfolded:
      return std::max(most, unfolded::scratch(v, outputs, images, threads, pooled));
    case Way::direct:
      return std::max(most, direct::input_gradient_scratch(v, outputs, threads, pooled));
    case Way::across:
      return std::max(most, across::input_gradient_scratch(v, outputs, threads, pooled));
  }
  return most;
}

// Of one pixel, the images are the columns of a product.
void forward(const Window& v, Index images, const real* x, Index outputs, const real* weight,
             const real* bias, const OutputPlace& y, std::span<real> scratch) {
  const Index k = v.column_size(), rows = images * v.positions();
  if (pointwise(v)) {
    if (bias != nullptr) matrix::fill_rows(y.y, rows, outputs, bias);
    blas::gemm(Transpose::no, Transpose::yes, rows, outputs, k, 1.0, x, k, weight, k,
               bias != nullptr ? 1.0 : 0.0, y.y, outputs);
  } else if (images >= simd::kLanes / 2 && runs_across(v, outputs)) {
    across::forward(v, images, x, outputs, weight, bias, y, scratch);
  } else {
    direct::forward(v, images, x, outputs, weight, bias, y, scratch);
  }
}

void input_gradient(const Window& v, Index images, const OutputGradient& dy, Index outputs,
                    const real* weight, bool add, real* dx, std::span<real> scratch) {
  const Index k = v.column_size();
  if (pointwise(v)) {
    blas::gemm(Transpose::no, Transpose::no, images * v.positions(), k, outputs, 1.0, dy.dy,
               outputs, weight, k, add ? 1.0 : 0.0, dx, k);
    return;
  }
  switch (way_of_input_gradient(v, outputs)) {
    case Way::unfolded:
      return unfolded::input_gradient(v, images, dy, outputs, weight, add, dx, scratch);
    case Way::direct:
      return direct::input_gradient(v, images, dy, outputs, weight, add, dx, scratch);
    case Way::across:
      return across::input_gradient(v, images, dy, outputs, weight, add, dx, scratch);
  }
}

Index weight_gradient_scratch(const Window& v, Index outputs, int threads, bool pooled) {
  if (pointwise(v)) return 0;
  return gradient_runs_across(v, outputs)
             ? across::weight_gradient_scratch(v, outputs, threads, pooled)
             : direct::weight_gradient_scratch(v, outputs, threads, pooled);
}

void weight_gradient(const Window& v, Index images, const real* x, const OutputGradient& dy,
                     Index outputs, double alpha, double beta, real* dw, std::span<real> scratch) {
  const Index k = v.column_size();
  if (pointwise(v)) {
    blas::gemm(Transpose::yes, Transpose::no, outputs, k, images * v.positions(), alpha, dy.dy,
               outputs, x, k, beta, dw, k);
  } else if (gradient_runs_across(v, outputs)) {
    across::weight_gradient(v, images, x, dy, outputs, alpha, beta, dw, scratch);
  } else {
    direct::weight_gradient(v, images, x, dy, outputs, alpha, beta, dw, scratch);
  }
}

}  // namespace espalier::convolution
