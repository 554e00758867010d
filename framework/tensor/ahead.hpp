#pragma once

#include "tensor/pack.hpp"

namespace espalier {

/// Rows of numbers that will be written soon. Always inlined: g++ 12 takes a function that only
/// fetches for one without effects, and drops calls of it.
[[gnu::always_inline]] inline void fetch_rows(const real* from, Index rows, Index row,
                                              Index columns) {
  constexpr auto kLine = static_cast<Index>(64 / sizeof(real));
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; j += kLine) __builtin_prefetch(from + i * row + j, 1);
  }
}

/// Numbers that are wanted next, fetched into the second-level cache a few lines at a time while
/// others are multiplied.
class Ahead {
 public:
  /// Nothing.
  Ahead() = default;
  /// Elements i < count of x over k < depth, in so many steps.
  Ahead(const Operand& x, Index count, Index depth, Index steps)
      : at_(x.data),
        stride_(x.step == 1 ? x.row : x.step),
        lines_(((x.step == 1 ? depth : count) + kLine - 1) / kLine),
        rows_(x.step == 1 ? count : depth),
        of_a_step_((lines_ * rows_ + steps - 1) / steps) {}

  void step() {
    for (Index n = 0; n < of_a_step_ && rows_ > 0; ++n) {
      __builtin_prefetch(at_ + line_ * kLine, 0, 2);
      if (++line_ < lines_) continue;
      line_ = 0;
      at_ += stride_;
      --rows_;
    }
  }

 private:
  static constexpr Index kLine = static_cast<Index>(64 / sizeof(real));

  const real* at_ = nullptr;  // of the row that is fetched
  Index stride_ = 0;
  Index lines_ = 0;  // of a row
  Index rows_ = 0;   // left
  Index of_a_step_ = 0;
  Index line_ = 0;
};

}  // namespace espalier
