#include "tensor/products_abreast.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "tensor/epilogue.hpp"
#include "tensor/thin_product.hpp"

namespace espalier {

namespace {

constexpr Index kBlock = 512;  // numbers of a row whose sums stay in the first-level cache

template <class Matrix>
Index outputs_of(std::span<const Matrix> all) {
  Index outputs = 0;
  for (const Matrix& s : all) outputs += s.outputs;
  return outputs;
}

// sums (+)= factor (dy W), each product rounded before it is added.
template <Index kOutputs>
void add_row(Index n, Index k, const BackwardAbreast& s, const real* dy, const real* weight,
             bool overwrite, real* __restrict sums) {
  for (Index i = 0; i < n; ++i) {
    real product = 0;
    for (Index o = 0; o < kOutputs; ++o) product += dy[o] * weight[o * k + i];
    sums[i] = overwrite ? s.factor * product : sums[i] + s.factor * product;
  }
}

void add_row(Index n, Index k, const BackwardAbreast& s, Index row, Index first, bool overwrite,
             real* sums) {
  const real* const dy = s.dy + row * s.outputs;
  const real* const weight = s.weight + first;
  switch (s.outputs) {
    case 1:
      return add_row<1>(n, k, s, dy, weight, overwrite, sums);
    case 2:
      return add_row<2>(n, k, s, dy, weight, overwrite, sums);
    case 3:
      return add_row<3>(n, k, s, dy, weight, overwrite, sums);
    default:
      return add_row<kThin>(n, k, s, dy, weight, overwrite, sums);
  }
}

}  // namespace

void multiply_abreast(Index rows, Index k, const real* x, std::span<const ForwardAbreast> all) {
  parallel::for_rows(rows, k * outputs_of(all), [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      for (const ForwardAbreast& s : all) {
        for (Index o = 0; o < s.outputs; ++o) {
          const real sum = dot(k, x + row * k, s.weight + o * k);
          const real y = s.bias != nullptr ? s.bias[o] + sum : sum;
          s.y[row * s.outputs + o] = s.rectify ? rectified(y) : y;
        }
      }
    }
  });
}

void add_abreast(Index rows, Index k, std::span<const BackwardAbreast> all, const real* mask,
                 real* dx) {
  parallel::for_rows(rows, k * outputs_of(all), [&](Index begin, Index end) {
    real sums[kBlock];
    for (Index row = begin; row < end; ++row) {
      for (Index first = 0; first < k; first += kBlock) {
        const Index n = std::min(kBlock, k - first), at = row * k + first;
        for (const BackwardAbreast& s : all) add_row(n, k, s, row, first, &s == all.data(), sums);
        shape_numbers({.mask = mask != nullptr ? mask + at : nullptr}, n, sums);
        std::copy_n(sums, n, dx + at);
      }
    }
  });
}

}  // namespace espalier
