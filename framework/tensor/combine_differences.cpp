#include <algorithm>
#include <array>

#include "core/parallel.hpp"
#include "tensor/ahead.hpp"
#include "tensor/combine.hpp"
#include "tensor/simd.hpp"

namespace espalier::combine {

namespace {

using simd::kLanes;
using simd::Vector;

constexpr std::size_t kAtOnce = 4;  // vectors of one array that are taken in turn

Index place(Index i, std::size_t vectors) { return i + static_cast<Index>(vectors) * kLanes; }

/// Numbers [i, i + count * kLanes) of `differences`; `count` is known to the compiler.
template <std::size_t count>
void differ(Index i, std::span<const real* const> x, std::span<const Into> into) {
  const auto share = static_cast<real>(1.0 / static_cast<double>(x.size()));
  Vector mean[count] = {};
  for (const real* const from : x) {
    for (std::size_t v = 0; v < count; ++v) mean[v] += share * simd::load(from + place(i, v));
  }
  for (std::size_t t = 0; t < x.size(); ++t) {
    const auto alpha = static_cast<real>(into[t].alpha), beta = static_cast<real>(into[t].beta);
    for (std::size_t v = 0; v < count; ++v) {
      const Index at = place(i, v);
      const Vector more = alpha * (simd::load(x[t] + at) - mean[v]);
      real* const to = into[t].data + at;
      simd::store(to, beta == 0 ? more : beta * simd::load(to) + more);
    }
  }
}

void differ_one(Index i, std::span<const real* const> x, std::span<const Into> into) {
  const auto share = static_cast<real>(1.0 / static_cast<double>(x.size()));
  real mean = 0;
  for (const real* const from : x) mean += share * from[i];
  for (std::size_t t = 0; t < x.size(); ++t) {
    const auto alpha = static_cast<real>(into[t].alpha), beta = static_cast<real>(into[t].beta);
    const real more = alpha * (x[t][i] - mean);
    real& to = into[t].data[i];
    to = beta == 0 ? more : beta * to + more;
  }
}

// Numbers of each row that are fetched behind it: a tile's. Wide rows come early by themselves.
Index ahead_of(const NumberBlock& block) {
  return block.columns <= simd::kTileColumns ? block.columns : 0;
}

/// One array, and where its distance from the mean of all goes.
struct Column {
  const real* x = nullptr;
  real* to = nullptr;
  real alpha = 1, beta = 0;

  template <class V>
  V moved(V value, V mean, V old) const {
    return beta * old + alpha * (value - mean);
  }
};

/// `differences` of few arrays into what is there. The columns are the callee's own: through a
/// reference they would be read again behind every store.
template <std::size_t count>
void differ_few(const NumberBlock& block, std::array<Column, count> columns) {
  constexpr auto kShare = static_cast<real>(1.0 / static_cast<double>(count));
  for (Index r = 0; r < block.rows; ++r) {
    const Index begin = block.first + r * block.row, end = begin + block.columns;
    for (const Column& c : columns) {
      fetch_rows(c.x + end, 1, 0, ahead_of(block));
      if (c.to != c.x) fetch_rows(c.to + end, 1, 0, ahead_of(block));
    }
    Index i = begin;
    for (; i + kLanes <= end; i += kLanes) {
      Vector mean = {}, x[count];
      for (std::size_t t = 0; t < count; ++t) {
        x[t] = simd::load(columns[t].x + i);
        mean += kShare * x[t];
      }
      for (std::size_t t = 0; t < count; ++t) {
        const Column& c = columns[t];
        simd::store(c.to + i, c.moved(x[t], mean, simd::load(c.to + i)));
      }
    }
    for (; i < end; ++i) {
      real mean = 0;
      for (const Column& c : columns) mean += kShare * c.x[i];
      for (const Column& c : columns) c.to[i] = c.moved(c.x[i], mean, c.to[i]);
    }
  }
}

template <std::size_t count>
void differ_few(const NumberBlock& block, std::span<const real* const> x,
                std::span<const Into> into) {
  std::array<Column, count> columns;
  for (std::size_t t = 0; t < count; ++t) {
    columns[t] = {x[t], into[t].data, static_cast<real>(into[t].alpha),
                  static_cast<real>(into[t].beta)};
  }
  differ_few<count>(block, columns);
}

void differ_many(const NumberBlock& block, std::span<const real* const> x,
                 std::span<const Into> into) {
  for (Index r = 0; r < block.rows; ++r) {
    Index i = block.first + r * block.row;
    const Index end = i + block.columns;
    for (; place(i, kAtOnce) <= end; i = place(i, kAtOnce)) differ<kAtOnce>(i, x, into);
    for (; i + kLanes <= end; i += kLanes) differ<1>(i, x, into);
    for (; i < end; ++i) differ_one(i, x, into);
  }
}

}  // namespace

void differences(Index n, std::span<const real* const> x, std::span<const Into> into) {
  parallel::for_numbers(n, [&](Index begin, Index end) {
    differences(NumberBlock{.first = begin, .columns = end - begin}, x, into);
  });
}

void differences(const NumberBlock& block, std::span<const real* const> x,
                 std::span<const Into> into) {
  static_assert(kFew == 4, "a line below for each");
  const bool reads = std::ranges::all_of(into, [](const Into& to) { return to.beta != 0; });
  if (reads && x.size() == 2) {
    differ_few<2>(block, x, into);
  } else if (reads && x.size() == 3) {
    differ_few<3>(block, x, into);
  } else if (reads && x.size() == 4) {
    differ_few<4>(block, x, into);
  } else {
    differ_many(block, x, into);
  }
}

}  // namespace espalier::combine
