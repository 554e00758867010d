#pragma once

#include <array>
#include <cstdint>

#include "tensor/bf16_tiles.hpp"

/// The order in which an engine with tile registers makes a tile of sums, apart from the registers
/// themselves: amx_tiles.cpp has those of the processor, tests have some of plain memory.
namespace espalier::bfloat {

/// What LDTILECFG reads (Intel's manual, volume 1, chapter 18): palette 1 has 8 registers of at
/// most 16 rows of 64 bytes.
struct alignas(64) TileConfiguration {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::array<std::uint8_t, 14> reserved{};
  std::array<std::uint16_t, 16> row_bytes{};
  std::array<std::uint8_t, 16> rows{};
};
static_assert(sizeof(TileConfiguration) == 64);

/// All 8 registers whole: a block of either layout, or 16 x 16 sums, fills one. Packed blocks are
/// whole too, so that no tile is ever smaller.
constexpr TileConfiguration whole_tiles() {
  constexpr std::size_t kRegisters = 8;
  TileConfiguration all;
  for (std::size_t r = 0; r < kRegisters; ++r) {
    all.row_bytes[r] = 64;
    all.rows[r] = static_cast<std::uint8_t>(kSide);
  }
  return all;
}

/// One of the products that make up that of numbers in parts.
struct PartProduct {
  int a, b;
};
/// Of three parts each; of one part, the first one alone. Neighbours share an operand, which stays
/// in its register.
inline constexpr std::array<PartProduct, 6> kPartProducts = {
    {{0, 0}, {0, 1}, {1, 1}, {1, 0}, {2, 0}, {0, 2}}};

/// Engine::sum in registers 0 to 3 (sums: 2 x 2 blocks by rows), 4 and 5 (blocks of A), 6 and 7 (of
/// B). Registers has, with register numbers as template arguments,
///   zero<r>(), load<r>(from, bytes between rows), store<r>(to, bytes between rows),
///   add_products<sum, a, b>(): sum += a b.
template <class Registers, bool kTwoA, bool kTwoB>
void sum_in_tiles(const TileOperands& of, float* sums) {
  constexpr Index kBlockRow = kDeep * static_cast<Index>(sizeof(Bf16));
  constexpr Index kSumsRow = kTile * static_cast<Index>(sizeof(float));
  Registers::template zero<0>();
  if constexpr (kTwoB) Registers::template zero<1>();
  if constexpr (kTwoA) Registers::template zero<2>();
  if constexpr (kTwoA && kTwoB) Registers::template zero<3>();
  const std::size_t products = of.parts == 1 ? 1 : kPartProducts.size();
  for (Index block = 0; block < of.blocks; ++block) {
    of.ahead.step();
    PartProduct before = {-1, -1};
    for (std::size_t p = 0; p < products; ++p) {
      const PartProduct now = kPartProducts[p];
      if (now.a != before.a) {
        const Bf16* const a = of.a + (block * of.parts + now.a) * kBlock;
        Registers::template load<4>(a, kBlockRow);
        if constexpr (kTwoA) Registers::template load<5>(a + of.panel, kBlockRow);
      }
      if (now.b != before.b) {
        const Bf16* const b = of.b + (block * of.parts + now.b) * kBlock;
        Registers::template load<6>(b, kBlockRow);
        if constexpr (kTwoB) Registers::template load<7>(b + of.panel, kBlockRow);
      }
      before = now;
      Registers::template add_products<0, 4, 6>();
      if constexpr (kTwoB) Registers::template add_products<1, 4, 7>();
      if constexpr (kTwoA) Registers::template add_products<2, 5, 6>();
      if constexpr (kTwoA && kTwoB) Registers::template add_products<3, 5, 7>();
    }
  }
  Registers::template store<0>(sums, kSumsRow);
  if constexpr (kTwoB) Registers::template store<1>(sums + kSide, kSumsRow);
  if constexpr (kTwoA) Registers::template store<2>(sums + kSide * kTile, kSumsRow);
  if constexpr (kTwoA && kTwoB)
    Registers::template store<3>(sums + kSide * kTile + kSide, kSumsRow);
}

template <class Registers>
void sum_in_tiles(const TileOperands& of, float* sums) {
  if (of.two_a) {
    of.two_b ? sum_in_tiles<Registers, true, true>(of, sums)
             : sum_in_tiles<Registers, true, false>(of, sums);
  } else {
    of.two_b ? sum_in_tiles<Registers, false, true>(of, sums)
             : sum_in_tiles<Registers, false, false>(of, sums);
  }
}

}  // namespace espalier::bfloat
