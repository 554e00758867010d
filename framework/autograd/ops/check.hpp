#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "espalier/op.hpp"

namespace espalier::check {

/// Throws "[op] expected <what>, found <shape>".
[[noreturn]] inline void fail(std::string_view op, const std::string& expected,
                              const std::string& found) {
  throw ShapeError(text::cat("[", op, "] expected ", expected, ", found ", found));
}

inline void that(bool holds, std::string_view op, const std::string& expected, const Shape& found) {
  if (!holds) fail(op, expected, to_string(found));
}

inline void real_input(std::string_view op, const ValueInfo& input) {
  if (input.dtype != Dtype::floating) fail(op, "real numbers", "integers");
}

inline void real_inputs(std::string_view op, std::span<const ValueInfo> inputs) {
  for (const ValueInfo& input : inputs) real_input(op, input);
}

/// `what` is the second value's name: "[mean_squared_error] expected a target (7, 3), found (7)".
inline void same_shape(std::string_view op, std::string_view what, const Shape& expected,
                       const Shape& found) {
  that(found == expected, op, text::cat(what, " ", to_string(expected)), found);
}

/// `axis` counted from the front. Rows (axis 0) belong to different examples and stay apart.
inline int inner_axis(std::string_view op, int axis, const Shape& x) {
  const int counted = axis < 0 ? axis + x.rank() : axis;
  if (counted < 1 || counted >= x.rank()) {
    fail(op, text::cat("an axis of ", to_string(x), " behind its rows"), text::cat(axis));
  }
  return counted;
}

}  // namespace espalier::check
