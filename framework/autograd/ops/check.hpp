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

}  // namespace espalier::check
