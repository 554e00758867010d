#include "data/stream.hpp"

#include <algorithm>
#include <numeric>

#include "core/text.hpp"

namespace espalier {

namespace {

template <class Number>
void copy_rows(const std::vector<Number>& from, const ColumnData& column,
               std::span<const Index> rows, Number* out) {
  const auto width = static_cast<std::size_t>(column.sample.size());
  for (const Index row : rows) {
    out = std::copy_n(from.data() + static_cast<std::size_t>(row) * width, width, out);
  }
}

}  // namespace

BatchOrder::BatchOrder(std::uint64_t seed, std::string_view name, Index rows, Index batch)
    : purpose_(seed, text::cat("shuffle/", name)),
      rows_(rows),
      batch_(batch),
      permutation_(static_cast<std::size_t>(rows)),
      drawn_(static_cast<std::size_t>(batch)) {
  permute(0, 0);
}

void BatchOrder::permute(std::uint64_t epoch, std::uint64_t round) {
  const auto words = purpose_.block(epoch, round);
  RandomStream random((static_cast<std::uint64_t>(words[0]) << 32U) | words[1], "permutation");
  std::iota(permutation_.begin(), permutation_.end(), Index{0});
  shuffle(permutation_, random);
  epoch_ = epoch;
  round_ = round;
}

std::span<const Index> BatchOrder::rows(std::uint64_t epoch, std::uint64_t step) {
  const auto rows = static_cast<std::uint64_t>(rows_);
  std::uint64_t draw = step * static_cast<std::uint64_t>(batch_);
  for (Index& row : drawn_) {
    const std::uint64_t round = draw / rows;
    if (epoch != epoch_ || round != round_) permute(epoch, round);
    row = permutation_[static_cast<std::size_t>(draw % rows)];
    ++draw;
  }
  return drawn_;
}

void gather(const ColumnData& column, std::span<const Index> rows, real* out) {
  copy_rows(column.reals, column, rows, out);
}

void gather(const ColumnData& column, std::span<const Index> rows, std::int32_t* out) {
  copy_rows(column.integers, column, rows, out);
}

}  // namespace espalier
