#pragma once

#include "autograd/ops/check.hpp"
#include "tensor/window.hpp"

namespace espalier::check {

/// So small that twice of it can be added to any extent.
constexpr Index kLargestPadding = Index{1} << 20U;

inline void padding_fits(std::string_view op, Index padding) {
  if (padding < 0) fail(op, "a padding of at least 0", text::cat(padding));
  if (padding > kLargestPadding) {
    fail(op, text::cat("a padding of at most ", kLargestPadding), text::cat(padding));
  }
}

/// A window that stands at least once on every image.
inline void window_fits(std::string_view op, const Window& w, const Shape& x) {
  if (w.stride < 1) fail(op, "a stride of at least 1", text::cat(w.stride));
  padding_fits(op, w.padding);
  if (w.kernel_height > w.height + 2 * w.padding || w.kernel_width > w.width + 2 * w.padding) {
    fail(op, text::cat("a kernel that fits images ", to_string(x), " with padding ", w.padding),
         text::cat("(", w.kernel_height, ", ", w.kernel_width, ")"));
  }
}

/// Checks of pooling, whose window must always stand on at least one pixel.
inline ValueInfo pooled(std::string_view op, const Window& w, const Shape& x, Index largest) {
  if (w.kernel_height < 1 || w.kernel_height > largest) {
    fail(op, text::cat("a kernel from 1 to ", largest), text::cat(w.kernel_height));
  }
  if (w.padding >= w.kernel_height) {
    fail(op, text::cat("a padding below the kernel ", w.kernel_height), text::cat(w.padding));
  }
  window_fits(op, w, x);
  return {Shape{x[0], w.out_height(), w.out_width(), w.channels}, Dtype::floating};
}

}  // namespace espalier::check
