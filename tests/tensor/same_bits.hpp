#pragma once

#include <cstring>
#include <vector>

#include "espalier/api.hpp"

namespace espalier::test {

/// Whether two rows of numbers are the same bit for bit: NaN equals itself, 0 does not equal -0.
inline bool same_bits(const std::vector<real>& a, const std::vector<real>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(real)) == 0;
}

}  // namespace espalier::test
