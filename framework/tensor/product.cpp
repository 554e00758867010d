#include "tensor/product.hpp"

#include <algorithm>
#include <memory>

#include "core/parallel.hpp"
#include "tensor/even.hpp"
#include "tensor/store_tile.hpp"
#include "tensor/thin_product.hpp"
#include "tensor/tile.hpp"

namespace espalier {

namespace {

using simd::kLanes;
using simd::kTileColumns;
using simd::kTileRows;

// Half of a second-level cache of 1 MiB holds the packed part of B.
constexpr Index kPacked = static_cast<Index>((std::size_t{1} << 19U) / sizeof(real));
// Sums are gathered this far along k before they go to C.
constexpr Index kDepth = 512;
// C, and what is read once it is final, are fetched ahead where a tile is done before memory could
// answer.
constexpr Index kShallow = 256;

// Rows of B no further apart than so many tiles are read where they lie: what a tile reads of each
// fills whole cache lines, and the next ones are fetched ahead by the processor. Further apart they
// share too few places of the first-level cache.
constexpr Index kNear = 32 * kTileColumns;

// A place of each thread for packed numbers, made at its first product.
real* packing_place() {
  struct Free {
    void operator()(real* p) const { ::operator delete[](p, std::align_val_t{simd::kBytes}); }
  };
  static thread_local const std::unique_ptr<real, Free> kPlace(
      static_cast<real*>(::operator new[](kPacked * sizeof(real), std::align_val_t{simd::kBytes})));
  return kPlace.get();
}

// A step allocates nothing, whichever thread takes its pieces.
[[maybe_unused]] const bool kPrepared =
    (parallel::prepare_threads_with([] { packing_place(); }), true);

/// Columns [0, columns) of C over one part of k, B packed in panels of kTileColumns.
void multiply_packed(Index m, Index columns, Index depth, const Operand& a, const real* packed,
                     const Target& c, bool final) {
  alignas(simd::kBytes) real sums[kTileRows * kTileColumns];
  const Index high = even(m, kTileRows);  // a last tile of few rows would wait for its sums
  Index offsets[kTileRows];
  for (Index i = 0; i < kTileRows; ++i) offsets[i] = i * a.row;
  const bool ahead = c.column == 1 && depth <= kShallow;
  for (Index i = 0; i < m; i += high) {
    const Index rows = std::min(high, m - i);
    TileSums of{.a = a.at(i, 0).data,
                .offsets = offsets,
                .run = depth,
                .step = a.step,
                .b = packed,
                .b_stride = 0};
    for (Index j = 0; j < columns; j += kTileColumns) {
      const Index here = std::min(kTileColumns, columns - j);
      const Index width = simd::whole_vectors(here);
      const Target to = c.at(i, j);
      if (ahead) fetch_rows(to.data + kTileColumns, rows, c.row, kTileColumns);
      if (ahead && final) to.fetch_beside(rows, here);
      of.b_stride = width;
      sum_tile(of, rows, width / kLanes, sums);
      to.begin(rows, here);
      of.b += depth * width;
      if (c.column == 1) {
        store_rows(sums, rows, width, here, to);
      } else {
        store_columns(sums, rows, width, here, to);
      }
    }
    if (final) c.at(i, 0).done(rows, columns);
  }
}

/// Columns [0, columns), whole vectors of them: B is read where it lies.
void multiply_unpacked(Index m, Index columns, Index depth, const Operand& a, const Operand& b,
                       const Target& c) {
  alignas(simd::kBytes) real sums[kTileRows * kTileColumns];
  const Index high = even(m, kTileRows);
  Index offsets[kTileRows];
  for (Index i = 0; i < kTileRows; ++i) offsets[i] = i * a.row;
  for (Index j = 0; j < columns; j += kTileColumns) {
    const Index here = std::min(kTileColumns, columns - j);
    c.at(0, j).begin(m, here);
    for (Index i = 0; i < m; i += high) {
      const Index rows = std::min(high, m - i);
      sum_tile({.a = a.at(i, 0).data,
                .offsets = offsets,
                .run = depth,
                .step = a.step,
                .b = b.at(j, 0).data,
                .b_stride = b.step},
               rows, here / kLanes, sums);
      if (c.column == 1) {
        store_rows(sums, rows, here, here, c.at(i, j));
      } else {
        store_columns(sums, rows, here, here, c.at(i, j));
      }
    }
  }
}

void multiply_in_tiles(Index m, Index n, Index k, const Operand& a, const Operand& b,
                       const Target& target) {
  Target c = target;
  real* const packed = packing_place();
  const Index parts = std::max<Index>(1, (k + kDepth - 1) / kDepth);
  const Index deep = std::max<Index>(1, (k + parts - 1) / parts);
  const Index wide = kPacked / deep / kTileColumns * kTileColumns;
  for (Index first = 0; first < k; first += deep) {
    const Index depth = std::min(deep, k - first);
    const bool final = first + depth == k;
    c.epilogue.rectify = final && target.epilogue.rectify;
    c.epilogue.mask = final ? target.epilogue.mask : nullptr;
    const bool near = b.step <= kNear || m <= kTileRows;
    const Index unpacked = near && b.row == 1 ? n / kLanes * kLanes : 0;
    if (unpacked > 0) {
      multiply_unpacked(m, unpacked, depth, a.at(0, first), b.at(0, first), c);
      if (final) c.done(m, unpacked);
    }
    for (Index j = unpacked; j < n; j += wide) {
      const Index columns = std::min(wide, n - j);
      pack(b.at(j, first), columns, depth, kTileColumns, packed);
      multiply_packed(m, columns, depth, a.at(0, first), packed, c.at(0, j), final);
    }
    c.beta = 1.0;
    c.epilogue.bias = nullptr;
    c.start = {};
  }
}

using Form = void (*)(Index m, Index n, Index k, const Operand& a, const Operand& b,
                      const Target& c);

/// Of the whole product, so that a number's additions have the same order on any thread.
Form form(Index n, Index k, const Operand& a, const Operand& b, const Target& c) {
  if (b.row == 1 && c.column == 1 && k <= kThin) return multiply_outer;
  if (a.step == 1 && b.step == 1 && n <= kThin) return multiply_by_dots;
  return multiply_in_tiles;
}

/// C in rows, or in columns of whole tiles, for the threads.
struct Split {
  bool by_rows;
  Index unit, units;
};

// In doubt by rows: those of a batch are in the cache of the thread that made them.
Split split(Index m, Index n) {
  const Index column_tiles = (n + kTileColumns - 1) / kTileColumns;
  const auto balance = [](Index units) {
    const Index threads = parallel::threads();
    const Index rounds = (units + threads - 1) / threads;
    return static_cast<double>(units) / static_cast<double>(rounds * threads);
  };
  const double gain = balance(m) - balance(column_tiles);
  constexpr double kWorthIt = 0.06;
  const bool by_rows = gain > kWorthIt || (gain > -kWorthIt && m >= n);
  return by_rows ? Split{true, 1, m} : Split{false, kTileColumns, column_tiles};
}

}  // namespace

void multiply(Index m, Index n, Index k, const Operand& a, const Operand& b, const Target& c) {
  constexpr double kWorthAThread = 3e4;  // multiply-adds
  const Split s = split(m, n);
  const Form multiply_piece = form(n, k, a, b, c);
  const double size = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  const auto most = std::max<Index>(1, static_cast<Index>(size / kWorthAThread));
  const Index grain = std::max<Index>(1, s.units / most);
  parallel::for_pieces(s.units, grain, [&](int /*piece*/, Index begin, Index end) {
    const Index first = begin * s.unit;
    if (s.by_rows) {
      multiply_piece(std::min(end * s.unit, m) - first, n, k, a.at(first, 0), b, c.at(first, 0));
    } else {
      multiply_piece(m, std::min(end * s.unit, n) - first, k, a, b.at(first, 0), c.at(0, first));
    }
  });
}

}  // namespace espalier
