#include "tensor/winner_list.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "espalier/random.hpp"

namespace espalier::convolution::winners {

using block_sums::Entry;

namespace {

bool same(const std::vector<Entry>& expected, const Entry* found) {
  return std::equal(expected.begin(), expected.end(), found, [](const Entry& a, const Entry& b) {
    return a.factor == b.factor && a.offset == b.offset;
  });
}

}  // namespace

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
    std::vector<Entry> all, of_pixel[4];
    for (std::size_t i = 0; i < count; ++i) {
      if (who[i] == pool_halves::kNobody) continue;
      all.push_back({7 + 3 * static_cast<std::int32_t>(i), offsets[i] + of.shift[who[i]]});
      of_pixel[who[i]].push_back(all.back());
    }
    const Entry* const end = list(n, who.data(), of, entries.data());
    REQUIRE(end - entries.data() == std::ssize(all));
    CHECK(same(all, entries.data()));
    for (std::size_t i = all.size() + kSlack; i < entries.size(); ++i) {
      CHECK(same({kUntouched}, &entries[i]));
    }
    const Index apart = (n + kSlack - 1) / kSlack * kSlack;
    std::vector<Entry> dealt(static_cast<std::size_t>(4 * apart + n));
    const Counts counts = deal(n, who.data(), of, apart, dealt.data());
    for (std::size_t k = 0; k < 4; ++k) {
      REQUIRE(counts[k] == std::ssize(of_pixel[k]));
      CHECK(same(of_pixel[k], dealt.data() + static_cast<Index>(k) * apart));
    }
  }
}

}  // namespace espalier::convolution::winners
