#include "tensor/gradients_abreast.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "tensor/even.hpp"
#include "tensor/matrix.hpp"
#include "tensor/simd.hpp"

namespace espalier {

namespace {

using simd::kLanes;
using simd::Vector;

// Sums of two vectors for each column, the vectors and a number fit into the registers.
constexpr Index kMostColumns = simd::kRegisters == 32 ? 12 : 5;

/// One output of a matrix: its numbers in all rows.
struct Column {
  const real* dy;
  Index step;
};

/// Some columns over some rows of x.
struct Part {
  const Column* columns;
  Index begin, end;  // rows
  const real* x;
  Index inputs;
  real* sums;
};

template <std::size_t kColumnCount, std::size_t kVectorCount>
void add_vectors(const Part& p, Index at) {
  constexpr auto kColumns = static_cast<Index>(kColumnCount);
  constexpr auto kVectors = static_cast<Index>(kVectorCount);
  Vector acc[kColumnCount][kVectorCount];
  for (Index c = 0; c < kColumns; ++c) {
    for (Index v = 0; v < kVectors; ++v) {
      acc[c][v] = simd::load(p.sums + c * p.inputs + at + v * kLanes);
    }
  }
  for (Index row = p.begin; row < p.end; ++row) {
    Vector x[kVectorCount];
    for (Index v = 0; v < kVectors; ++v) {
      x[v] = simd::load_once(p.x + row * p.inputs + at + v * kLanes);
    }
#pragma GCC unroll 12
    for (Index c = 0; c < kColumns; ++c) {
      const real dy = p.columns[c].dy[row * p.columns[c].step];
      for (Index v = 0; v < kVectors; ++v) acc[c][v] += dy * x[v];
    }
  }
  for (Index c = 0; c < kColumns; ++c) {
    for (Index v = 0; v < kVectors; ++v) {
      simd::store(p.sums + c * p.inputs + at + v * kLanes, acc[c][v]);
    }
  }
}

template <std::size_t kCount>
void add_part(const Part& p) {
  constexpr auto kColumns = static_cast<Index>(kCount);
  Index at = 0;
  for (; at + 2 * kLanes <= p.inputs; at += 2 * kLanes) add_vectors<kCount, 2>(p, at);
  for (; at + kLanes <= p.inputs; at += kLanes) add_vectors<kCount, 1>(p, at);
  for (; at < p.inputs; ++at) {
    for (Index c = 0; c < kColumns; ++c) {
      real sum = p.sums[c * p.inputs + at];
      for (Index row = p.begin; row < p.end; ++row) {
        sum += p.columns[c].dy[row * p.columns[c].step] * p.x[row * p.inputs + at];
      }
      p.sums[c * p.inputs + at] = sum;
    }
  }
}

template <std::size_t... kAt>
constexpr auto table(std::index_sequence<kAt...> /*counts*/) {
  return std::array{add_part<kAt + 1>...};
}
constexpr auto kAddPart = table(std::make_index_sequence<static_cast<std::size_t>(kMostColumns)>());

}  // namespace

Index GradientsAbreast::columns(std::span<const BackwardAbreast> all) {
  Index columns = 0;
  for (const BackwardAbreast& s : all) columns += s.matrix.outputs;
  return columns;
}

void GradientsAbreast::add(Index begin, Index end, real* sums) const {
  std::array<Column, static_cast<std::size_t>(kMostColumns)> some;
  const Index inputs = all_[0].matrix.inputs, together = even(columns(all_), kMostColumns);
  Index count = 0, left = columns(all_);
  for (const BackwardAbreast& s : all_) {
    for (Index o = 0; o < s.matrix.outputs; ++o) {
      some[static_cast<std::size_t>(count++)] = {s.dy + o, s.matrix.outputs};
      if (count < std::min(together, left)) continue;
      kAddPart[static_cast<std::size_t>(count - 1)]({some.data(), begin, end, x_, inputs, sums});
      sums += count * inputs;
      left -= count;
      count = 0;
    }
  }
}

void GradientsAbreast::put(Index rows, int pieces, const real* sums) const {
  const Index inputs = all_[0].matrix.inputs, each = columns(all_) * inputs;
  for (const BackwardAbreast& s : all_) {
    const Index numbers = s.matrix.outputs * inputs;
    std::copy_n(sums, numbers, s.gradient);
    for (int p = 1; p < pieces; ++p) {
      for (Index i = 0; i < numbers; ++i) s.gradient[i] += sums[p * each + i];
    }
    if (s.matrix.bias != nullptr) {
      matrix::column_sums(s.dy, rows, s.matrix.outputs, 1.0, 0.0, s.gradient + numbers);
    }
    sums += numbers;
  }
}

}  // namespace espalier
