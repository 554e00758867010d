#include "espalier/random.hpp"

#include <cmath>
#include <numbers>
#include <utility>

namespace espalier {

namespace {

constexpr std::uint32_t kMultiplier0 = 0xD2511F53U;
constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57U;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9U;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85U;

std::uint64_t mix(std::uint64_t z) {  // splitmix64's finaliser
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

std::uint64_t fnv1a(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  }
  return hash;
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view name)
    : key_(mix(mix(seed + 0x9E3779B97F4A7C15ULL) ^ fnv1a(name))) {}

std::array<std::uint32_t, 4> RandomStream::block(std::uint64_t low, std::uint64_t high) const {
  std::array<std::uint32_t, 4> c = {
      static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(low >> 32U),
      static_cast<std::uint32_t>(high), static_cast<std::uint32_t>(high >> 32U)};
  auto k0 = static_cast<std::uint32_t>(key_);
  auto k1 = static_cast<std::uint32_t>(key_ >> 32U);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = static_cast<std::uint64_t>(kMultiplier0) * c[0];
    const std::uint64_t p1 = static_cast<std::uint64_t>(kMultiplier1) * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32U) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32U) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
    k0 += kWeyl0;
    k1 += kWeyl1;
  }
  return c;
}

std::uint32_t RandomStream::next() {
  const std::uint64_t wanted = position_ / 4;
  if (wanted != buffered_) {
    buffer_ = block(wanted);
    buffered_ = wanted;
  }
  return buffer_[position_++ % 4];
}

double RandomStream::uniform() {
  const std::uint64_t high = next();
  const std::uint64_t low = next();
  return static_cast<double>(((high << 32U) | low) >> 11U) * 0x1.0p-53;
}

double RandomStream::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

Index RandomStream::below(Index bound) {
  const auto range = static_cast<std::uint64_t>(bound);
  const std::uint64_t limit = ~std::uint64_t{0} - ~std::uint64_t{0} % range;
  while (true) {
    const std::uint64_t high = next();
    const std::uint64_t low = next();
    const std::uint64_t drawn = (high << 32U) | low;
    if (drawn < limit) return static_cast<Index>(drawn % range);
  }
}

void RandomStream::seek(std::uint64_t position) { position_ = position; }

void shuffle(std::span<Index> items, RandomStream& random) {
  for (std::size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[static_cast<std::size_t>(random.below(static_cast<Index>(i)))]);
  }
}

}  // namespace espalier
