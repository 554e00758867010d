#pragma once

#include <algorithm>
#include <span>

#include "tensor/even.hpp"

namespace espalier {

/// Those of `all` (runs or lanes) that belong to the same rows of the output as number k and lie
/// beside it, in even parts of at most `most`: the part with number k.
template <class T>
std::span<const T> with_same_rows(std::span<const T> all, std::size_t k, Index most) {
  const auto same = [&](const T& other) {
    return other.value_row == all[k].value_row && other.rows == all[k].rows;
  };
  std::size_t begin = k, end = k + 1;
  while (begin > 0 && same(all[begin - 1])) --begin;
  while (end < all.size() && same(all[end])) ++end;
  const auto part = static_cast<std::size_t>(even(static_cast<Index>(end - begin), most));
  const std::size_t first = begin + (k - begin) / part * part;
  return all.subspan(first, std::min(part, end - first));
}

}  // namespace espalier
