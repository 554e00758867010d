#pragma once

#include <algorithm>
#include <type_traits>

#include "espalier/api.hpp"

/// Loops over independent pieces on the threads of the run. Pieces are contiguous and their borders
/// a function of (count, grain, threads) alone: what is written does not depend on timing.
namespace espalier::parallel {

/// Number of threads, the caller's included. Call from the thread that will compute. Throws
/// RunFailure where the system starts no more.
ESPALIER_API void set_threads(int threads);
ESPALIER_API int threads();

/// `prepare` is called once by every thread that `set_threads` starts from now on, before it
/// returns: whatever a thread keeps for itself is there when it takes its first piece.
ESPALIER_API void prepare_threads_with(void (*prepare)());

/// Pieces that `run` makes of `count` items, each of at least `grain`.
ESPALIER_API int pieces(Index count, Index grain);

/// First item of piece number `piece` of `pieces`.
ESPALIER_API Index piece_begin(Index count, int pieces, int piece);

using Body = void (*)(void* context, int piece, Index begin, Index end);
/// Calls body for every piece of [0, count) and returns when all are done. Where the threads are at
/// work already (a call from inside a piece), the pieces run one after the other. Allocates nothing
/// once the threads are there. What a body throws is thrown by `run`, after all pieces.
ESPALIER_API void run(Index count, Index grain, Body body, void* context);

/// f(piece, begin, end)
template <class F>
void for_pieces(Index count, Index grain, F&& f) {
  run(
      count, grain,
      [](void* context, int piece, Index begin, Index end) {
        (*static_cast<std::remove_reference_t<F>*>(context))(piece, begin, end);
      },
      &f);
}

/// Numbers that are worth a thread of their own.
inline constexpr Index kNumbersOfAPiece = Index{1} << 13U;

/// f(begin, end) over numbers, in pieces worth a thread.
template <class F>
void for_numbers(Index count, F&& f) {
  for_pieces(count, kNumbersOfAPiece,
             [&](int /*piece*/, Index begin, Index end) { f(begin, end); });
}

/// The grain that makes no more than `most` pieces of `count` items, on all threads where it can.
inline Index grain_for(Index count, Index most) {
  return most >= threads() ? 1 : (count + most - 1) / most;
}

/// Rows of `numbers` each that are worth a thread.
constexpr Index grain_of_rows(Index numbers) {
  return std::max<Index>(1, kNumbersOfAPiece / std::max<Index>(1, numbers));
}

/// f(begin, end) over rows of `numbers` each, that do not depend on each other, likewise.
template <class F>
void for_rows(Index rows, Index numbers, F&& f) {
  for_pieces(rows, grain_of_rows(numbers),
             [&](int /*piece*/, Index begin, Index end) { f(begin, end); });
}

}  // namespace espalier::parallel
