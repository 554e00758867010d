#pragma once

#include <cstddef>

#include "espalier/api.hpp"

namespace espalier {

/// One aligned block of memory for a whole plan (or all parameters). Zeroed; huge pages are asked
/// for where the block is large. Sizes are fixed at construction: nothing grows during a step.
class ESPALIER_API Arena {
 public:
  static constexpr std::size_t kAlignment = 64;  // a cache line, an AVX-512 register

  Arena() = default;
  /// Throws RunFailure with the size asked for when the system has not that much memory.
  explicit Arena(std::size_t bytes);
  ~Arena();
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&& other) noexcept;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

  /// `bytes` rounded up to a whole number of alignment units.
  static std::size_t rounded(std::size_t bytes) {
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
  }

 private:
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace espalier
