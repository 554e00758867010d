#include "tensor/winner_list.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "espalier/random.hpp"

namespace espalier::convolution::winners {

using block_sums::Entry;

TEST_CASE("lists of winners leave nobody's out, and end where they say") {
  RandomStream random(1, "winners");
  for (Index n = 0; n <= 50; ++n) {
    CAPTURE(n);
    const auto count = static_cast<std::size_t>(n);
    // No longer than they must be: a sanitizer sees what is read behind them.
    std::vector<std::uint8_t> who(count);
    std::vector<std::int32_t> offsets(count);
    for (std::uint8_t& winner : who) winner = static_cast<std::uint8_t>(random.uniform() * 5.0);
    for (std::size_t i = 0; i < count; ++i) offsets[i] = static_cast<std::int32_t>(100 * i * i);
    const Listed of{.first = 7, .step = 3, .offsets = offsets.data(), .shift = {5, 20, 40, 60}};
    constexpr Entry kUntouched = {-1, -2};
    std::vector<Entry> entries(count + 2 * kSlack, kUntouched);
    const Entry* const end = list(n, who.data(), of, entries.data());
    std::size_t used = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (who[i] == pool_halves::kNobody) continue;
      CHECK(entries[used].factor == 7 + 3 * static_cast<std::int32_t>(i));
      CHECK(entries[used].offset == offsets[i] + of.shift[who[i]]);
      ++used;
    }
    CHECK(end == entries.data() + used);
    for (std::size_t i = used + kSlack; i < entries.size(); ++i) {
      CHECK(entries[i].factor == kUntouched.factor);
      CHECK(entries[i].offset == kUntouched.offset);
    }
  }
}

}  // namespace espalier::convolution::winners
