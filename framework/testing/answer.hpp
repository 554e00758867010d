#pragma once

#include <string>
#include <type_traits>

#include "core/text.hpp"
#include "espalier/testing.hpp"

namespace espalier::testing {

/// What a check says, without its name.
struct Answer {
  Result::Kind kind = Result::Kind::passed;
  std::string sentence;
};

inline Answer passed() { return {}; }

template <class... Parts>
Answer failed(const Parts&... parts) {
  return {Result::Kind::failed, text::cat(parts...)};
}

template <class... Parts>
Answer skipped(const Parts&... parts) {
  return {Result::Kind::skipped, text::cat(parts...)};
}

/// Central differences mean something in double only.
inline constexpr bool kDouble = std::is_same_v<real, double>;

/// Whether two results of the same sums, added in another order, may differ so.
inline bool near(double a, double b) {
  const double tolerance = kDouble ? 1e-9 : 1e-4;
  const double size = a < 0 ? -a : a;
  const double apart = a < b ? b - a : a - b;
  return apart <= tolerance * (1.0 + size);  // false for NaN
}

}  // namespace espalier::testing
