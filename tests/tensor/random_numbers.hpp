#pragma once

#include <string_view>
#include <vector>

#include "espalier/random.hpp"

namespace espalier::test {

/// Normal numbers, the same for the same name.
inline std::vector<real> random_numbers(Index count, std::string_view name) {
  RandomStream random(1, name);
  std::vector<real> numbers(static_cast<std::size_t>(count));
  for (real& number : numbers) number = static_cast<real>(random.normal());
  return numbers;
}

}  // namespace espalier::test
