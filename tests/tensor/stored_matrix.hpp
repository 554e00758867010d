#pragma once

#include <string_view>
#include <vector>

#include "tensor/pack.hpp"
#include "tensor/random_numbers.hpp"

namespace espalier::test {

/// A matrix (rows, k) in one of its two layouts, with room between its rows.
struct Stored {
  std::vector<real> numbers;
  Operand operand;

  Stored(Index rows, Index k, bool along_k, std::string_view name)
      : numbers(random_numbers((rows + 3) * (k + 3), name)),
        operand(along_k ? Operand{numbers.data(), k + 3, 1}
                        : Operand{numbers.data(), 1, rows + 3}) {}
};

}  // namespace espalier::test
