#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "espalier/tensor.hpp"
#include "tensor/sums.hpp"

/// Rows as long as the trunk's parameters: what methods of the full Jacobian compute with.
namespace espalier {

/// Rows of P numbers that a method keeps from step to step, zero at first.
class RowMemory {
 public:
  /// Makes the rows; they stay where they are when the size is as before.
  void make(std::size_t rows, std::size_t columns) {
    if (rows == rows_ && columns == columns_) return;
    rows_ = rows;
    columns_ = columns;
    numbers_.assign(rows * columns, real{0});
  }
  std::span<real> row(std::size_t i) {
    return std::span<real>(numbers_).subspan(i * columns_, columns_);
  }
  Tensor tensor() {
    return {numbers_.data(), {static_cast<Index>(rows_), static_cast<Index>(columns_)}};
  }

 private:
  std::vector<real> numbers_;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
};

/// <a, b> in double.
inline double dot(std::span<const real> a, std::span<const real> b) {
  const real* const left = a.data();
  const real* const right = b.data();
  return sum_of(static_cast<Index>(a.size()), [left, right](Index k) {
    return static_cast<double>(left[k]) * static_cast<double>(right[k]);
  });
}

/// direction = sum_i weights_i row(i), in double.
template <class Row>
void combine_rows(std::span<const double> weights, Row row, std::span<real> direction) {
  constexpr std::size_t kBlock = 256;
  std::array<double, kBlock> sum;
  for (std::size_t first = 0; first < direction.size(); first += kBlock) {
    const std::size_t count = std::min(kBlock, direction.size() - first);
    sum.fill(0.0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const real* const numbers = row(i).data() + first;
      const double weight = weights[i];
      for (std::size_t k = 0; k < count; ++k) sum[k] += weight * static_cast<double>(numbers[k]);
    }
    for (std::size_t k = 0; k < count; ++k) direction[first + k] = static_cast<real>(sum[k]);
  }
}

}  // namespace espalier
