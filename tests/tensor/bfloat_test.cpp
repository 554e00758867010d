#include "tensor/bfloat.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "core/floating_point.hpp"
#include "tensor/pack_bf16.hpp"
#include "tensor/processor.hpp"
#include "tensor/random_numbers.hpp"

namespace espalier {

namespace {

using bfloat::Conversion;
using bfloat::kBlock;
using bfloat::kDeep;
using bfloat::kSide;
using bfloat::Layout;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// One number through `how`: its parts.
std::vector<float> parts_of(float x, const Conversion& how) {
  std::vector<real> numbers(kBlock, x);
  std::vector<Bf16> packed(static_cast<std::size_t>(how.parts * kBlock));
  bfloat::pack({numbers.data(), kDeep, 1}, kSide, kDeep, Layout::rows, how, packed.data());
  std::vector<float> parts;
  for (int p = 0; p < how.parts; ++p) {
    parts.push_back(bfloat::value_of(packed[static_cast<std::size_t>(p * kBlock)]));
  }
  return parts;
}

Bf16 bits_of(float x, const Conversion& how) {
  return static_cast<Bf16>(std::bit_cast<std::uint32_t>(parts_of(x, how)[0]) >> 16U);
}

float from_bits(std::uint32_t bits) { return std::bit_cast<float>(bits); }

/// Conversions to one part that this processor can do.
std::vector<const Conversion*> nearest_conversions() {
  return {&bfloat::plain_conversion(1), &bfloat::conversion(1)};
}

}  // namespace

TEST_CASE("a float becomes the nearest bfloat16, of two the even one") {
  for (const Conversion* how : nearest_conversions()) {
    CHECK(bits_of(1.0F, *how) == 0x3f80);
    CHECK(bits_of(-0.0F, *how) == 0x8000);
    CHECK(bits_of(from_bits(0x3f808000U), *how) == 0x3f80);  // a tie: down to even
    CHECK(bits_of(from_bits(0x3f818000U), *how) == 0x3f82);  // a tie: up to even
    CHECK(bits_of(from_bits(0x3f808001U), *how) == 0x3f81);
    CHECK(bits_of(from_bits(0x3f817fffU), *how) == 0x3f81);
    CHECK(bits_of(from_bits(0xbfffffffU), *how) == 0xc000);  // into the next power of two
    CHECK(bits_of(from_bits(0x7f7f7fffU), *how) == 0x7f7f);  // the largest
    CHECK(bits_of(std::numeric_limits<float>::max(), *how) == 0x7f80);
    CHECK(bits_of(kInfinity, *how) == 0x7f80);
    CHECK(bits_of(-kInfinity, *how) == 0xff80);
  }
}

TEST_CASE("NaN stays NaN in bfloat16") {
  for (const std::uint32_t bits :
       {0x7fc00000U, 0x7f800001U, 0x7fffffffU, 0xff80ffffU, 0xffffffffU}) {
    for (const Conversion* how : nearest_conversions()) {
      CHECK(std::isnan(bfloat::value_of(bits_of(from_bits(bits), *how))));
    }
    CHECK(std::isnan(parts_of(from_bits(bits), bfloat::plain_conversion(3))[0]));
  }
}

TEST_CASE("subnormal numbers are rounded, or zero where the processor converts") {
  const float tiny = from_bits(0x00018001U);
  CHECK(bits_of(tiny, bfloat::plain_conversion(1)) == 0x0002);
  const Bf16 converted = bits_of(tiny, bfloat::conversion(1));
  CHECK((converted == 0x0002 || converted == 0x0000));
  CHECK(bits_of(from_bits(0x80800000U), bfloat::conversion(1)) == 0x8080);  // the least normal one
}

TEST_CASE("both conversions to one part have the same bits") {
  std::vector<real> numbers = test::random_numbers(kBlock * 40, "bits");
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = std::ldexp(numbers[i], static_cast<int>(i % 200) - 100);
  }
  for (const bool along_k : {true, false}) {
    const Operand x = along_k ? Operand{numbers.data(), 320, 1} : Operand{numbers.data(), 1, 64};
    std::vector<Bf16> plain(numbers.size()), fast = plain;
    bfloat::pack(x, 64, 320, Layout::pairs, bfloat::plain_conversion(1), plain.data());
    bfloat::pack(x, 64, 320, Layout::pairs, bfloat::conversion(1), fast.data());
    CHECK(plain == fast);
  }
}

TEST_CASE("three parts add up to the float") {
  const Conversion& split = bfloat::plain_conversion(3);
  std::vector<real> numbers = test::random_numbers(200, "parts");
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = std::ldexp(numbers[i], static_cast<int>(i % 150) - 75);
  }
  numbers.insert(numbers.end(), {0.0F, std::numeric_limits<float>::max(), -3.4e38F, 0x1.fffffep0F,
                                 0x1.010101p0F, 0x1.ffffp100F});
  for (const real x : numbers) {
    const std::vector<float> parts = parts_of(x, split);
    const double sum = static_cast<double>(parts[0]) + static_cast<double>(parts[1]) +
                       static_cast<double>(parts[2]);
    CHECK(sum == static_cast<double>(x));
  }
}

TEST_CASE("an infinite float has no finite parts") {
  CHECK(parts_of(kInfinity, bfloat::plain_conversion(3))[0] == kInfinity);
}

TEST_CASE("packed operands hold every number once, at its place, and zeros around") {
  struct Size {
    Index count, depth;
  };
  for (const Size size : {Size{1, 1}, Size{16, 32}, Size{17, 33}, Size{31, 31}, Size{5, 64},
                          Size{48, 70}, Size{16, 1}, Size{33, 2}}) {
    const Index count = size.count, depth = size.depth;
    std::vector<real> numbers(static_cast<std::size_t>((count + 2) * (depth + 2)));
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<real>(i % 253 + 1);
    for (const bool along_k : {true, false}) {
      const Operand x =
          along_k ? Operand{numbers.data(), depth + 2, 1} : Operand{numbers.data(), 1, count + 2};
      for (const Layout layout : {Layout::rows, Layout::pairs}) {
        for (const int parts : {1, 3}) {
          const Index panel = bfloat::panel_numbers(depth, parts);
          const Index panels = (count + kSide - 1) / kSide;
          std::vector<Bf16> packed(static_cast<std::size_t>(panels * panel), Bf16{0x1234});
          bfloat::pack(x, count, depth, layout, bfloat::conversion(parts), packed.data());
          Index wrong = 0;
          for (Index i = 0; i < panels * kSide; ++i) {
            for (Index k = 0; k < bfloat::blocks_of(depth) * kDeep; ++k) {
              for (int part = 0; part < parts; ++part) {
                const Index in_block = layout == Layout::rows
                                           ? i % kSide * kDeep + k % kDeep
                                           : k % kDeep / 2 * kDeep + i % kSide * 2 + k % 2;
                const Index at = i / kSide * panel + (k / kDeep * parts + part) * kBlock + in_block;
                const bool inside = i < count && k < depth && part == 0;
                const float wanted = inside ? *x.at(i, k).data : 0.0F;
                if (bfloat::value_of(packed[static_cast<std::size_t>(at)]) != wanted) ++wrong;
              }
            }
          }
          CAPTURE(count);
          CAPTURE(depth);
          CAPTURE(along_k);
          CAPTURE(parts);
          CHECK(wrong == 0);
        }
      }
    }
  }
}

}  // namespace espalier
