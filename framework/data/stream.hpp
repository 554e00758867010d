#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "data/dataset.hpp"
#include "espalier/random.hpp"

namespace espalier {

/// The order in which one stream's rows are drawn. Draw d of an epoch is element d % rows of the
/// epoch's permutation number d / rows: a stream that is shorter than the epoch goes round, in a
/// fresh order each time. What is drawn is a function of (seed, name, epoch, step) alone, so a
/// resumed run draws what the interrupted one would have drawn; what is kept is a cache.
class ESPALIER_API BatchOrder {
 public:
  /// REQUIRES: rows > 0, batch > 0.
  BatchOrder(std::uint64_t seed, std::string_view name, Index rows, Index batch);

  /// Row numbers of step `step` of epoch `epoch`, `batch` of them; valid until the next call.
  /// Allocates nothing.
  std::span<const Index> rows(std::uint64_t epoch, std::uint64_t step);

  /// Steps in which every row is drawn at least once.
  Index steps() const { return (rows_ + batch_ - 1) / batch_; }

 private:
  void permute(std::uint64_t epoch, std::uint64_t round);

  RandomStream purpose_;
  Index rows_;
  Index batch_;
  std::vector<Index> permutation_;  // number `round_` of epoch `epoch_`
  std::vector<Index> drawn_;
  std::uint64_t epoch_ = 0;
  std::uint64_t round_ = 0;
};

/// Copies rows of a column of reals one after the other to `out`.
ESPALIER_API void gather(const ColumnData& column, std::span<const Index> rows, real* out);

/// Likewise for a column of integers.
ESPALIER_API void gather(const ColumnData& column, std::span<const Index> rows, std::int32_t* out);

}  // namespace espalier
