#include "core/arena.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "espalier/error.hpp"

using namespace espalier;

TEST_CASE("an arena is aligned and zero") {
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{4096}, std::size_t{5} << 20U}) {
    const Arena arena(bytes);
    CHECK(arena.bytes() == bytes);
    CHECK(reinterpret_cast<std::uintptr_t>(arena.data()) % Arena::kAlignment == 0);
    const bool zero = std::all_of(arena.data(), arena.data() + bytes,
                                  [](std::byte byte) { return byte == std::byte{0}; });
    CHECK(zero);
  }
}

TEST_CASE("an empty arena has no memory") {
  const Arena none;
  CHECK(none.data() == nullptr);
  CHECK(Arena(0).data() == nullptr);
  CHECK(Arena(0).bytes() == 0);
}

TEST_CASE("moving an arena keeps the address") {
  Arena first(100);
  std::byte* const data = first.data();
  Arena second(std::move(first));
  CHECK(second.data() == data);
  Arena third;
  third = std::move(second);
  CHECK(third.data() == data);
  CHECK(third.bytes() == 100);
}

TEST_CASE("sizes are rounded up to whole cache lines") {
  CHECK(Arena::rounded(0) == 0);
  CHECK(Arena::rounded(1) == 64);
  CHECK(Arena::rounded(64) == 64);
  CHECK(Arena::rounded(65) == 128);
}

TEST_CASE("more memory than there is becomes an error with the size") {
  CHECK_THROWS_WITH_AS(
      Arena(std::size_t{1} << 60U),
      "[memory] expected 1048576.0 TiB of memory, found less; try a smaller train.batch or smaller "
      "layers",
      RunFailure);
}
