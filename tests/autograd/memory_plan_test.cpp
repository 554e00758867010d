#include "autograd/memory_plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>

#include "core/arena.hpp"
#include "espalier/random.hpp"

using namespace espalier;

namespace {

constexpr int kTimes = 40;

std::vector<PlannedBlock> random_blocks(std::uint64_t seed, std::size_t count) {
  RandomStream random(seed, "blocks");
  std::vector<PlannedBlock> blocks;
  for (std::size_t b = 0; b < count; ++b) {
    PlannedBlock block;
    block.name = std::to_string(b);
    block.bytes = static_cast<std::size_t>(random.below(random.below(4) == 0 ? 3000 : 300));
    block.begin = static_cast<int>(random.below(kTimes));
    block.end = block.begin + static_cast<int>(random.below(random.below(3) == 0 ? kTimes : 5));
    blocks.push_back(block);
  }
  return blocks;
}

// Every block writes its pattern when its life begins; it must read it at all later times of it.
bool patterns_survive(const std::vector<PlannedBlock>& blocks, std::size_t total) {
  std::vector<std::uint16_t> memory(total, 0xffff);
  for (int time = 0; time <= 2 * kTimes; ++time) {
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      if (blocks[b].begin != time) continue;
      const auto first = memory.begin() + static_cast<std::ptrdiff_t>(blocks[b].offset);
      std::fill_n(first, blocks[b].bytes, static_cast<std::uint16_t>(b));
    }
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      if (blocks[b].begin > time || blocks[b].end < time) continue;
      for (std::size_t i = 0; i < blocks[b].bytes; ++i) {
        if (memory[blocks[b].offset + i] != b) return false;
      }
    }
  }
  return true;
}

std::size_t most_alive(const std::vector<PlannedBlock>& blocks) {
  std::size_t most = 0;
  for (int time = 0; time <= 2 * kTimes; ++time) {
    std::size_t alive = 0;
    for (const PlannedBlock& b : blocks) {
      if (b.begin <= time && time <= b.end) alive += Arena::rounded(b.bytes);
    }
    most = std::max(most, alive);
  }
  return most;
}

std::size_t sum_of_bytes(const std::vector<PlannedBlock>& blocks) {
  std::size_t sum = 0;
  for (const PlannedBlock& b : blocks) sum += Arena::rounded(b.bytes);
  return sum;
}

}  // namespace

TEST_CASE("blocks that live at the same time never overlap") {
  std::size_t reused = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    std::vector<PlannedBlock> blocks = random_blocks(seed, 1 + seed * 2);
    const std::size_t total = place(blocks);
    REQUIRE(patterns_survive(blocks, total));
    CHECK(total >= most_alive(blocks));
    CHECK(total <= sum_of_bytes(blocks));
    reused += total < sum_of_bytes(blocks) ? 1U : 0U;
    for (const PlannedBlock& b : blocks) CHECK(b.offset % Arena::kAlignment == 0);
  }
  CHECK(reused > 40);  // memory is shared, not only kept apart
}

TEST_CASE("spread blocks never overlap at all") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<PlannedBlock> blocks = random_blocks(seed, 50);
    const std::size_t total = place(blocks, true);
    CHECK(total == sum_of_bytes(blocks));
    for (PlannedBlock& b : blocks) {
      b.begin = 0;
      b.end = kTimes;
    }
    CHECK(patterns_survive(blocks, total));
  }
}

TEST_CASE("lives are closed at both ends") {
  std::vector<PlannedBlock> touching = {{"a", BlockKind::value, 64, 0, 3, 0},
                                        {"b", BlockKind::value, 64, 3, 5, 0}};
  CHECK(place(touching) == 128);
  std::vector<PlannedBlock> apart = {{"a", BlockKind::value, 64, 0, 3, 0},
                                     {"b", BlockKind::value, 64, 4, 5, 0}};
  CHECK(place(apart) == 64);
}

TEST_CASE("no block needs no memory, and kinds have names") {
  std::vector<PlannedBlock> none;
  CHECK(place(none) == 0);
  CHECK(std::string(to_string(BlockKind::input)) == "input");
  CHECK(std::string(to_string(BlockKind::value)) == "value");
  CHECK(std::string(to_string(BlockKind::cotangent)) == "cotangent");
  CHECK(std::string(to_string(BlockKind::tangent)) == "tangent");
  CHECK(std::string(to_string(BlockKind::saved)) == "saved");
  CHECK(std::string(to_string(BlockKind::workspace)) == "workspace");
}
