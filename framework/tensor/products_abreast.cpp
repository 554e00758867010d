#include "tensor/products_abreast.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "tensor/epilogue.hpp"
#include "tensor/gradients_abreast.hpp"
#include "tensor/thin_product.hpp"

namespace espalier {

namespace {

constexpr Index kBlock = 512;  // numbers of a row whose sums stay in the first-level cache
constexpr Index kRows = 16;    // whose numbers stay there between two uses

// Of each row, multiplied with all matrices.
template <class Product>
Index numbers_of_row(std::span<const Product> all) {
  Index numbers = 0;
  for (const Product& s : all) numbers += s.matrix.outputs * s.matrix.inputs;
  return numbers;
}

// sums (+)= factor (dy W), each product rounded before it is added.
template <Index kOutputs>
void add_row(Index n, const BackwardAbreast& s, Index row, Index first, bool overwrite,
             real* __restrict sums) {
  const Index k = s.matrix.inputs;
  const real *const dy = s.dy + row * kOutputs, *const weight = s.matrix.weight + first;
  for (Index i = 0; i < n; ++i) {
    real product = 0;
    for (Index o = 0; o < kOutputs; ++o) product += dy[o] * weight[o * k + i];
    sums[i] = overwrite ? s.factor * product : sums[i] + s.factor * product;
  }
}

using AddRow = decltype(&add_row<1>);
constexpr AddRow kAddRow[kThin] = {add_row<1>, add_row<2>, add_row<3>, add_row<4>};

void add_rows(Index begin, Index end, std::span<const BackwardAbreast> all, const real* mask,
              real* dx) {
  const Index k = all[0].matrix.inputs;
  real sums[kBlock];
  for (Index row = begin; row < end; ++row) {
    for (Index first = 0; first < k; first += kBlock) {
      const Index n = std::min(kBlock, k - first), at = row * k + first;
      for (const BackwardAbreast& s : all) {
        kAddRow[s.matrix.outputs - 1](n, s, row, first, &s == all.data(), sums);
      }
      shape_numbers({.mask = mask != nullptr ? mask + at : nullptr}, n, sums);
      std::copy_n(sums, n, dx + at);
    }
  }
}

}  // namespace

void multiply_abreast(Index rows, const real* x, std::span<const ForwardAbreast> all) {
  const Index k = all[0].matrix.inputs;
  parallel::for_rows(rows, numbers_of_row(all), [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      for (const ForwardAbreast& s : all) {
        const NarrowMatrix& m = s.matrix;
        for (Index o = 0; o < m.outputs; ++o) {
          const real sum = dot(k, x + row * k, m.weight + o * k);
          const real y = m.bias != nullptr ? m.bias[o] + sum : sum;
          s.y[row * m.outputs + o] = s.rectify ? rectified(y) : y;
        }
      }
    }
  });
}

void add_abreast(Index rows, std::span<const BackwardAbreast> all, const real* mask, real* dx,
                 const real* x, std::span<real> scratch) {
  const GradientsAbreast gradients(all, x);
  const Index sums = x != nullptr ? GradientsAbreast::columns(all) * all[0].matrix.inputs : 0;
  Index grain = parallel::grain_of_rows(numbers_of_row(all));
  if (sums > 0) {  // planned for fewer threads, it runs on fewer
    const Index most = static_cast<Index>(scratch.size()) / sums;
    grain = std::max(grain, (rows + most - 1) / most);
  }
  parallel::for_pieces(rows, grain, [&](int piece, Index begin, Index end) {
    std::fill_n(scratch.data() + piece * sums, sums, real{0});
    for (Index row = begin; row < end; row += kRows) {
      const Index here = std::min(row + kRows, end);
      add_rows(row, here, all, mask, dx);
      if (x != nullptr) gradients.add(row, here, scratch.data() + piece * sums);
    }
  });
  if (x != nullptr) gradients.put(rows, parallel::pieces(rows, grain), scratch.data());
}

}  // namespace espalier
