#include "tensor/products_abreast.hpp"

#include <algorithm>
#include <array>

#include "core/parallel.hpp"
#include "tensor/epilogue.hpp"
#include "tensor/gradients_abreast.hpp"
#include "tensor/thin_product.hpp"

namespace espalier {

namespace {

constexpr Index kRows = 16;  // whose numbers stay in the first-level cache between two uses

// Of each row, multiplied with all matrices.
template <class Product>
Index numbers_of_row(std::span<const Product> all) {
  Index numbers = 0;
  for (const Product& s : all) numbers += s.matrix.outputs * s.matrix.inputs;
  return numbers;
}

// sums (+)= factor (dy W): dy W is rounded, factor times that is added in one step.
template <Index kOutputs>
void add_row(const BackwardAbreast& s, Index row, bool overwrite, real* __restrict sums) {
  const Index k = s.matrix.inputs;
  const real *const dy = s.dy + row * kOutputs, *const weight = s.matrix.weight;
  const auto product = [=](Index i) {
    real sum = 0;
    for (Index o = 0; o < kOutputs; ++o) sum += dy[o] * weight[o * k + i];
    return sum;
  };
  // Two loops, or clang multiplies for both at once, and rounds before it adds.
  if (overwrite) {
    for (Index i = 0; i < k; ++i) sums[i] = s.factor * product(i);
  } else {
    for (Index i = 0; i < k; ++i) sums[i] += s.factor * product(i);
  }
}

using AddRow = decltype(&add_row<1>);
constexpr AddRow kAddRow[kThin] = {add_row<1>, add_row<2>, add_row<3>, add_row<4>};

void add_rows(Index begin, Index end, std::span<const BackwardAbreast> all, const real* mask,
              real* dx) {
  const Index k = all[0].matrix.inputs;
  for (Index row = begin; row < end; ++row) {
    for (const BackwardAbreast& s : all) {
      kAddRow[s.matrix.outputs - 1](s, row, &s == all.data(), dx + row * k);
    }
    shape_numbers({.mask = mask != nullptr ? mask + row * k : nullptr}, k, dx + row * k);
  }
}

/// Some outputs of all matrices, each with its place in the first row.
struct Outputs {
  std::array<const real*, static_cast<std::size_t>(kMostDots)> weights;
  std::array<const ForwardAbreast*, static_cast<std::size_t>(kMostDots)> of;
  std::array<Index, static_cast<std::size_t>(kMostDots)> number;
  Index count = 0;

  void add(const ForwardAbreast& s, Index o) {
    const auto at = static_cast<std::size_t>(count++);
    weights[at] = s.matrix.weight + o * s.matrix.inputs;
    of[at] = &s;
    number[at] = o;
  }

  void put(Index row, std::size_t at, real sum) const {
    const ForwardAbreast& s = *of[at];
    const Index o = number[at];
    const real y = s.matrix.bias != nullptr ? s.matrix.bias[o] + sum : sum;
    s.y[row * s.matrix.outputs + o] = s.rectify ? rectified(y) : y;
  }
};

void multiply_rows(Index begin, Index end, const real* x, Index k, const Outputs& some) {
  std::array<real, static_cast<std::size_t>(kMostDots)> sums;
  for (Index row = begin; row < end; ++row) {
    dots(k, x + row * k, some.count, some.weights.data(), sums.data());
    for (std::size_t at = 0; at < static_cast<std::size_t>(some.count); ++at) {
      some.put(row, at, sums[at]);
    }
  }
}

}  // namespace

void multiply_abreast(Index rows, const real* x, std::span<const ForwardAbreast> all) {
  const Index k = all[0].matrix.inputs;
  parallel::for_rows(rows, numbers_of_row(all), [&](Index begin, Index end) {
    Outputs some;
    for (const ForwardAbreast& s : all) {
      for (Index o = 0; o < s.matrix.outputs; ++o) {
        if (some.count == kMostDots) {
          multiply_rows(begin, end, x, k, some);
          some.count = 0;
        }
        some.add(s, o);
      }
    }
    multiply_rows(begin, end, x, k, some);
  });
}

void add_abreast(Index rows, std::span<const BackwardAbreast> all, const real* mask, real* dx,
                 const real* x, std::span<real> scratch) {
  const GradientsAbreast gradients(all, x);
  const Index sums = x != nullptr ? GradientsAbreast::columns(all) * all[0].matrix.inputs : 0;
  Index grain = parallel::grain_of_rows(numbers_of_row(all));
  if (sums > 0) {  // planned for fewer threads, it runs on fewer
    grain = std::max(grain, parallel::grain_for(rows, static_cast<Index>(scratch.size()) / sums));
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
