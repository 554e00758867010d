#pragma once

#include "espalier/finish.hpp"
#include "tensor/ahead.hpp"
#include "tensor/epilogue.hpp"
#include "tensor/pack.hpp"
#include "tensor/start.hpp"

namespace espalier {

/// Where a product goes: element (i, j) is data[i * row + j * column], one of both strides is 1;
/// C = beta C + alpha (A B). beta == 0 overwrites without reading.
struct Target {
  real* data;
  Index row;
  Index column;
  double alpha;
  double beta;
  Finish finish{};  ///< of C's numbers, counted from `first`; with it column == 1
  Index first = 0;
  /// Its bias runs along the columns where column == 1, along the rows otherwise.
  Epilogue epilogue{};
  Start start{};  ///< of C's numbers, counted likewise; with it column == 1. Bfloat tiles: none

  Target at(Index i, Index j) const {
    const Index offset = i * row + j * column;
    Target to = {data + offset, row, column, alpha, beta, finish, first + offset, epilogue, start};
    if (epilogue.bias != nullptr) to.epilogue.bias += column == 1 ? j : i;
    if (epilogue.mask != nullptr) to.epilogue.mask += offset;
    return to;
  }
  /// Fetches what `finish` reads for the first numbers of the first `rows` rows.
  [[gnu::always_inline]] void fetch_beside(Index rows, Index columns) const {
    for (const real* beside : finish.beside) {
      if (beside != nullptr) fetch_rows(beside + first, rows, row, columns);
    }
  }
  /// Numbers [0, columns) of the first `rows` rows are about to be read.
  void begin(Index rows, Index columns) const { start({first, rows, row, columns}); }
  /// Numbers [0, columns) of the first `rows` rows are final.
  void done(Index rows, Index columns) const {
    if (!finish) return;
    for (Index i = 0; i < rows; ++i) finish(first + i * row, first + i * row + columns);
  }
};

/// C (m, n) = beta C + alpha A B, element (i, k) of `a` and element (j, k) of `b`. Vectors run
/// along n. On all threads; called inside a piece of a parallel loop, on that thread alone.
ESPALIER_API void multiply(Index m, Index n, Index k, const Operand& a, const Operand& b,
                           const Target& c);

}  // namespace espalier
