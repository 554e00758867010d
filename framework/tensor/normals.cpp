#include "tensor/normals.hpp"

#include <algorithm>
#include <numbers>

// g++ 12 takes the undefined operands of its own AVX-512 intrinsics for uninitialised variables.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <xsimd/xsimd.hpp>

namespace espalier {

namespace {

using Batch = xsimd::batch<double>;
constexpr auto kWidth = static_cast<Index>(Batch::size);
constexpr Index kWords = 4;  // of the stream make a normal number: one block of Philox
// What a vector's logarithm and cosine may differ from the library's, as a part of the radius. They
// differ by less than 2^-50; with this much room one number in some 2^20 is drawn once more.
constexpr double kDoubt = 0x1.0p-45;

real draw_one(RandomStream random, double deviation, std::uint64_t position) {
  random.seek(position);
  return static_cast<real>(deviation * random.normal());
}

double uniform(std::uint32_t high, std::uint32_t low) {
  return static_cast<double>(((std::uint64_t{high} << 32U) | low) >> 11U) * 0x1.0p-53;
}

// Box and Muller's z = sqrt(-2 log(1 - u)) cos(2 pi v), as RandomStream::normal has it. Where all
// that z may be rounds to one real, that is the library's; elsewhere the library is asked.
void draw_batch(const RandomStream& random, double deviation, std::uint64_t position, real* to) {
  alignas(64) double u[kWidth], v[kWidth], z[kWidth], doubt[kWidth];
  for (Index l = 0; l < kWidth; ++l) {
    const auto words = random.block(position / kWords + static_cast<std::uint64_t>(l));
    u[l] = uniform(words[0], words[1]);
    v[l] = uniform(words[2], words[3]);
  }
  const Batch logarithm = xsimd::log(Batch(1.0) - Batch::load_aligned(u));
  const Batch radius = Batch(deviation) * xsimd::sqrt(Batch(-2.0) * logarithm);
  const Batch turn = xsimd::cos(Batch(2.0 * std::numbers::pi) * Batch::load_aligned(v));
  (radius * turn).store_aligned(z);
  (radius * Batch(kDoubt)).store_aligned(doubt);
  bool sure[kWidth], all = true;
  for (Index l = 0; l < kWidth; ++l) {
    to[l] = static_cast<real>(z[l] - doubt[l]);
    sure[l] = doubt[l] > 0.0 && to[l] == static_cast<real>(z[l] + doubt[l]);
    all = all && sure[l];
  }
  if (all) return;
  for (Index l = 0; l < kWidth; ++l) {
    if (sure[l]) continue;
    to[l] = draw_one(random, deviation, position + static_cast<std::uint64_t>(l * kWords));
  }
}

}  // namespace

void draw_normals(const RandomStream& random, double deviation, Index begin, Index end, real* to) {
  const auto place = [&](Index i) {
    return random.position() + static_cast<std::uint64_t>(i * kWords);
  };
  Index i = begin;
  // In double precision there is nothing to round away.
  if (sizeof(real) < sizeof(double) && deviation > 0.0 && random.position() % kWords == 0) {
    for (; i + kWidth <= end; i += kWidth) draw_batch(random, deviation, place(i), to + i);
  }
  for (; i < end; ++i) to[i] = draw_one(random, deviation, place(i));
}

}  // namespace espalier
