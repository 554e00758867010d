// module: core
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "espalier/api.hpp"

namespace espalier {

/// @addtogroup numbers
/// @{

/// A counter-based random stream named by its purpose ("init/trunk/conv1/weight",
/// "shuffle/letters", "dropout/trunk/drop1/letters"). A number is a pure function of (seed, name,
/// counter): adding a task does not move another's numbers, and a resumed run continues exactly.
/// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
class ESPALIER_API RandomStream {
 public:
  RandomStream() = default;
  /// The stream of this seed and name, at position 0.
  RandomStream(std::uint64_t seed, std::string_view name);

  /// Four independent 32-bit words for a 128-bit counter (low, high); does not change the stream.
  std::array<std::uint32_t, 4> block(std::uint64_t low, std::uint64_t high = 0) const;

  /// The sequential interface: next number at `position()`.
  std::uint32_t next();
  double uniform();  ///< in [0, 1), 53 bits
  double normal();   ///< mean 0, variance 1 (Box-Muller, one value a call)
  /// Uniform in [0, bound), without bias. REQUIRES: bound > 0.
  Index below(Index bound);

  /// Position in words; a stream is restored by setting it.
  std::uint64_t position() const { return position_; }
  /// Goes to a position that `position` gave.
  void seek(std::uint64_t position);

 private:
  std::uint64_t key_ = 0;
  std::uint64_t position_ = 0;
  std::array<std::uint32_t, 4> buffer_{};
  std::uint64_t buffered_ = ~std::uint64_t{0};  // block number held in buffer_
};

/// Fisher-Yates; REQUIRES a stream at the position that names the shuffle.
ESPALIER_API void shuffle(std::span<Index> items, RandomStream& random);
/// @}

}  // namespace espalier
