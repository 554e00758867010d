#include "espalier/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

using namespace espalier;

namespace {

using Words = std::array<std::uint32_t, 4>;

std::uint64_t undo_shift(std::uint64_t z, unsigned shift) {
  std::uint64_t x = z;
  for (unsigned done = shift; done < 64; done += shift) x = z ^ (x >> shift);
  return x;
}

std::uint64_t inverse(std::uint64_t odd) {  // modulo 2^64, by Newton
  std::uint64_t x = odd;
  for (int i = 0; i < 6; ++i) x *= 2 - odd * x;
  return x;
}

// The finaliser of splitmix64 backwards.
std::uint64_t unmix(std::uint64_t z) {
  z = undo_shift(z, 31) * inverse(0x94D049BB133111EBULL);
  z = undo_shift(z, 27) * inverse(0xBF58476D1CE4E5B9ULL);
  return undo_shift(z, 30);
}

// The stream without a name whose key is `key`: key = mix(mix(seed + c) ^ fnv1a("")).
RandomStream with_key(std::uint64_t key) {
  const std::uint64_t inner = unmix(key) ^ 0xCBF29CE484222325ULL;
  return {unmix(inner) - 0x9E3779B97F4A7C15ULL, ""};
}

struct Moments {
  double mean = 0.0, variance = 0.0, cube = 0.0, fourth = 0.0;
};

template <class Draw>
Moments moments(int count, Draw draw) {
  std::vector<double> x(static_cast<std::size_t>(count));
  std::ranges::generate(x, draw);
  Moments m;
  const auto n = static_cast<double>(count);
  m.mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  for (const double value : x) {
    const double d = value - m.mean;
    m.variance += d * d / n;
    m.cube += d * d * d / n;
    m.fourth += d * d * d * d / n;
  }
  return m;
}

}  // namespace

TEST_CASE("block is Philox4x32-10") {
  // Known answers published with Random123 (kat_vectors: philox4x32 10).
  CHECK(RandomStream().block(0, 0) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(with_key(0).block(0, 0) == RandomStream().block(0, 0));
  CHECK(with_key(~0ULL).block(~0ULL, ~0ULL) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(with_key(0x299f31d0a4093822ULL).block(0x85a308d3243f6a88ULL, 0x0370734413198a2eULL) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("the sequence is the words of consecutive blocks") {
  RandomStream stream(7, "shuffle/letters");
  const RandomStream fixed(7, "shuffle/letters");
  for (std::uint64_t b = 0; b < 5; ++b) {
    for (const std::uint32_t word : fixed.block(b)) CHECK(stream.next() == word);
  }
  CHECK(stream.position() == 20);
}

TEST_CASE("seek continues anywhere") {
  RandomStream stream(3, "a");
  std::vector<std::uint32_t> words(100);
  std::ranges::generate(words, [&] { return stream.next(); });
  for (const std::size_t position : {57UL, 3UL, 4UL, 99UL, 0UL, 58UL}) {
    stream.seek(position);
    CHECK(stream.position() == position);
    CHECK(stream.next() == words[position]);
  }
  stream.seek((std::uint64_t{1} << 40U) + 2);
  const std::uint32_t far = stream.next();
  CHECK(far == RandomStream(3, "a").block(std::uint64_t{1} << 38U)[2]);
}

TEST_CASE("block leaves the stream where it is") {
  RandomStream stream(3, "a");
  stream.next();
  const RandomStream copy = stream;
  stream.block(99);
  CHECK(stream.position() == 1);
  CHECK(stream.next() == RandomStream(copy).next());
}

TEST_CASE("seed and name choose the stream") {
  CHECK(RandomStream(1, "a").block(0) == RandomStream(1, "a").block(0));
  CHECK(RandomStream(1, "a").block(0) != RandomStream(2, "a").block(0));
  CHECK(RandomStream(1, "init/trunk/0/weight").block(0) !=
        RandomStream(1, "init/trunk/1/weight").block(0));
  CHECK(RandomStream(1, "ab").block(0) != RandomStream(1, "ba").block(0));
}

TEST_CASE("streams of different names are not correlated") {
  RandomStream a(1, "dropout/a"), b(1, "dropout/b");
  constexpr int kCount = 20000;
  double product = 0.0;
  for (int i = 0; i < kCount; ++i) product += (a.uniform() - 0.5) * (b.uniform() - 0.5);
  // The standard deviation of the mean is (1/12) / sqrt(n).
  CHECK(std::abs(product / kCount) < 5.0 / 12.0 / std::sqrt(double{kCount}));
}

TEST_CASE("uniform fills [0, 1)") {
  RandomStream stream(11, "uniform");
  double least = 1.0, most = 0.0;
  const Moments m = moments(100000, [&] {
    const double u = stream.uniform();
    least = std::min(least, u);
    most = std::max(most, u);
    return u;
  });
  CHECK(least >= 0.0);
  CHECK(most < 1.0);
  CHECK(least < 1e-4);
  CHECK(most > 1.0 - 1e-4);
  CHECK(m.mean == doctest::Approx(0.5).epsilon(0.01));
  CHECK(m.variance == doctest::Approx(1.0 / 12.0).epsilon(0.02));
}

TEST_CASE("normal has the moments of a standard normal") {
  RandomStream stream(12, "normal");
  const Moments m = moments(200000, [&] { return stream.normal(); });
  CHECK(std::abs(m.mean) < 0.012);
  CHECK(m.variance == doctest::Approx(1.0).epsilon(0.02));
  CHECK(std::abs(m.cube) < 0.04);
  CHECK(m.fourth == doctest::Approx(3.0).epsilon(0.04));
}

TEST_CASE("below is even over its range") {
  RandomStream stream(13, "below");
  constexpr Index kBound = 7;
  constexpr int kCount = 70000;
  std::array<int, kBound> seen{};
  for (int i = 0; i < kCount; ++i) ++seen[static_cast<std::size_t>(stream.below(kBound))];
  double chi = 0.0;
  for (const int count : seen) chi += (count - 10000.0) * (count - 10000.0) / 10000.0;
  CHECK(chi < 22.46);  // 6 degrees of freedom, 0.1 %
  for (int i = 0; i < 100; ++i) CHECK(stream.below(1) == 0);
  // A bound that does not divide 2^64 and lies above 2^62: a remainder alone would favour the
  // lower third of the range by half.
  constexpr Index kLarge = (Index{1} << 62U) + (Index{1} << 61U);
  int low = 0;
  for (int i = 0; i < 30000; ++i) low += stream.below(kLarge) < kLarge / 3 ? 1 : 0;
  CHECK(low == doctest::Approx(10000).epsilon(0.05));
}

TEST_CASE("shuffle makes every permutation equally often") {
  RandomStream stream(14, "shuffle");
  std::array<int, 6> seen{};
  for (int i = 0; i < 12000; ++i) {
    std::array<Index, 3> items = {0, 1, 2};
    shuffle(items, stream);
    std::array<Index, 3> sorted = items;
    std::ranges::sort(sorted);
    REQUIRE(sorted == std::array<Index, 3>{0, 1, 2});
    ++seen[static_cast<std::size_t>(items[0] * 2 + (items[1] > items[2] ? 1 : 0))];
  }
  double chi = 0.0;
  for (const int count : seen) chi += (count - 2000.0) * (count - 2000.0) / 2000.0;
  CHECK(chi < 20.52);  // 5 degrees of freedom, 0.1 %
}

TEST_CASE("shuffle of nothing draws nothing") {
  RandomStream stream(15, "shuffle");
  shuffle({}, stream);
  std::array<Index, 1> one = {5};
  shuffle(one, stream);
  CHECK(one[0] == 5);
  CHECK(stream.position() == 0);
}
