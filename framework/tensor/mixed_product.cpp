#include "tensor/mixed_product.hpp"

#ifndef ESPALIER_REAL_DOUBLE

#include <algorithm>
#include <memory>

#include "core/parallel.hpp"
#include "tensor/store_tile.hpp"
#include "tensor/transpose_block.hpp"

namespace espalier::bfloat {

namespace {

// Sums are gathered this far along k before they go to C.
constexpr Index kMostDeep = 512;
// Packed numbers of B that a second-level cache of 1 MiB holds beside those of A, and of A: a
// panel of two blocks in three parts.
constexpr Index kPackedB = (Index{1} << 19U) / static_cast<Index>(sizeof(Bf16));
constexpr Index kPackedA = kTile * kMostDeep * 3;
// C is fetched ahead where a tile is done before memory could answer.
constexpr Index kShallow = 256;

// A place of each thread for packed numbers, made at its first product.
Bf16* packing_place() {
  struct Free {
    void operator()(Bf16* p) const { ::operator delete[](p, std::align_val_t{64}); }
  };
  constexpr auto kBytes = static_cast<std::size_t>(kPackedA + kPackedB) * sizeof(Bf16);
  static thread_local const std::unique_ptr<Bf16, Free> kPlace(
      static_cast<Bf16*>(::operator new[](kBytes, std::align_val_t{64})));
  return kPlace.get();
}

// A step allocates nothing, whichever thread takes its pieces.
[[maybe_unused]] const bool kPrepared =
    (parallel::prepare_threads_with([] { packing_place(); }), true);

/// One product on one thread.
struct Piece {
  const Engine& engine;
  const Conversion& how;
  Index m, n, k;
  Operand a, b;
  Target c;
};

// C's numbers that follow each other along its columns are reached as those of the transpose.
void store_tile(const float* sums, Index rows, Index columns, const Target& c) {
  if (c.column == 1) {
    store_rows(sums, rows, kTile, columns, c);
    return;
  }
  alignas(64) float turned[kTile * kTile];
  for (Index i = 0; i < rows; i += simd::kLanes) {
    for (Index j = 0; j < columns; j += simd::kLanes) {
      simd::transpose_block(sums + i * kTile + j, kTile, turned + j * kTile + i, kTile);
    }
  }
  store_rows(turned, columns, kTile, rows, {c.data, c.column, 1, c.alpha, c.beta});
}

/// Columns [0, columns) of C over one part of k, B packed.
void multiply_packed(const Piece& p, Index columns, Index first, Index depth, const Bf16* packed,
                     Bf16* left, const Target& c) {
  alignas(64) float sums[kTile * kTile];
  const Index panel = panel_numbers(depth, p.how.parts);
  const Index steps = (columns + kTile - 1) / kTile * blocks_of(depth) * p.engine.passes;
  const bool shallow = c.column == 1 && depth <= kShallow;
  for (Index i = 0; i < p.m; i += kTile) {
    const Index rows = std::min(kTile, p.m - i);
    pack(p.a.at(i, first), rows, depth, Layout::rows, p.how, left);
    Ahead ahead;
    if (const Index next = i + kTile; next < p.m) {
      ahead = {p.a.at(next, first), std::min(kTile, p.m - next), depth, steps};
    }
    for (Index j = 0; j < columns; j += kTile) {
      const Index here = std::min(kTile, columns - j);
      const Target to = c.at(i, j);
      if (shallow) {
        fetch_rows(to.data, rows, c.row, here);
        if (first + depth == p.k) to.fetch_beside(rows, here);
      }
      p.engine.sum({.a = left,
                    .b = packed + j / kSide * panel,
                    .panel = panel,
                    .blocks = blocks_of(depth),
                    .parts = p.how.parts,
                    .two_a = rows > kSide,
                    .two_b = here > kSide,
                    .ahead = ahead},
                   sums);
      store_tile(sums, rows, here, to);
    }
    if (first + depth == p.k) c.at(i, 0).done(rows, columns);
  }
}

void multiply_piece(const Piece& p) {
  Target c = p.c;
  Bf16 *const left = packing_place(), *const packed = left + kPackedA;
  const Index slices = (p.k + kMostDeep - 1) / kMostDeep;
  const Index deep = blocks_of((p.k + slices - 1) / slices) * kDeep;
  const Index wide = kPackedB / panel_numbers(deep, p.how.parts) / 2 * kTile;
  p.engine.begin();
  for (Index first = 0; first < p.k; first += deep) {
    const Index depth = std::min(deep, p.k - first);
    for (Index j = 0; j < p.n; j += wide) {
      const Index columns = std::min(wide, p.n - j);
      pack(p.b.at(j, first), columns, depth, Layout::pairs, p.how, packed);
      multiply_packed(p, columns, first, depth, packed, left, c.at(0, j));
    }
    c.beta = 1.0;
  }
  p.engine.end();
}

// Whole tiles for each thread: of the side that leaves fewer threads without work, and of the
// longer one, whose operand is packed by one thread then.
bool by_rows(Index m, Index n) {
  const Index row_tiles = (m + kTile - 1) / kTile, column_tiles = (n + kTile - 1) / kTile;
  const Index threads = parallel::threads();
  const auto rounds = [&](Index tiles) { return (tiles + threads - 1) / threads; };
  const Index rows_first = rounds(row_tiles) * column_tiles;
  const Index columns_first = rounds(column_tiles) * row_tiles;
  return rows_first == columns_first ? m > n : rows_first < columns_first;
}

}  // namespace

void multiply(const Engine& engine, int parts, Index m, Index n, Index k, const Operand& a,
              const Operand& b, const Target& c) {
  constexpr double kWorthAThread = 1e5;  // multiply-adds
  const bool rows = by_rows(m, n);
  const double size = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  const auto most = std::max<Index>(1, static_cast<Index>(size / kWorthAThread));
  const Index tiles = ((rows ? m : n) + kTile - 1) / kTile;
  const Index grain = (tiles + most - 1) / most;
  parallel::for_pieces(tiles, grain, [&](int /*piece*/, Index begin, Index end) {
    const Index first = begin * kTile;
    Piece piece{engine, conversion(parts), m, n, k, a, b, c};
    if (rows) {
      piece.m = std::min(end * kTile, m) - first;
      piece.a = a.at(first, 0);
      piece.c = c.at(first, 0);
    } else {
      piece.n = std::min(end * kTile, n) - first;
      piece.b = b.at(first, 0);
      piece.c = c.at(0, first);
    }
    multiply_piece(piece);
  });
}

}  // namespace espalier::bfloat

#endif
