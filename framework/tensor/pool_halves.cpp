#include "tensor/pool_halves.hpp"

#include <cstring>

#include "tensor/simd.hpp"

namespace espalier::pool_halves {

namespace {

using simd::kLanes;
using simd::Vector;
using Mask = decltype(Vector() < Vector());
using Bytes = std::int8_t __attribute__((vector_size(static_cast<std::size_t>(kLanes))));

// NaN wins once and stays, so that a broken step is seen in its loss.
bool beats(real x, real best) { return x > best || x != x; }
Mask beats(Vector x, Vector best) { return (x > best) | (x != x); }

void largest_of(const real* const (&from)[4], real* y, std::uint8_t* winner) {
  real best = *from[0];
  std::uint8_t who = 0;
  for (std::uint8_t k = 1; k < 4; ++k) {
    if (!beats(*from[k], best)) continue;
    best = *from[k];
    who = k;
  }
  *y = best;
  *winner = who;
}

void largest_vector_of(const real* const (&from)[4], real* y, std::uint8_t* winners) {
  Vector best = simd::load(from[0]);
  Mask who = {};
  for (int k = 1; k < 4; ++k) {
    const Vector x = simd::load(from[k]);
    const Mask better = beats(x, best);
    best = better ? x : best;
    who = better ? Mask{} + k : who;
  }
  simd::store(y, best);
  const auto bytes = __builtin_convertvector(who, Bytes);
  std::memcpy(winners, &bytes, sizeof bytes);
}

Mask winners_of(const std::uint8_t* winners) {
  Bytes bytes;
  std::memcpy(&bytes, winners, sizeof bytes);
  return __builtin_convertvector(bytes, Mask);
}

// Numbers of a pixel are taken as whole vectors that may reach into the pixels behind it: those are
// read too far, or written again afterwards. Only the last pixel of an image ends exactly.
template <class OfVector, class OfNumber>
void for_channels(Index channels, bool last, OfVector of_vector, OfNumber of_number) {
  Index c = 0;
  for (; c + kLanes <= channels || (c < channels && !last); c += kLanes) of_vector(c);
  for (; c < channels; ++c) of_number(c);
}

}  // namespace

bool fits(const Window& w) {
  return w.kernel_height == 2 && w.kernel_width == 2 && w.stride == 2 && w.padding == 0 &&
         w.height % 2 == 0 && w.width % 2 == 0;
}

void largest(const Window& w, const real* x, real* y, std::uint8_t* winners) {
  const Index channels = w.channels, row = w.width * channels, positions = w.positions();
  const Index out_width = w.out_width();
  for (Index p = 0; p < positions; ++p, y += channels, winners += channels) {
    const real* const corner = x + p / out_width * 2 * row + p % out_width * 2 * channels;
    const real* const pixels[4] = {corner, corner + channels, corner + row,
                                   corner + row + channels};
    const auto four = [&](auto f, Index c) {
      const real* const at[4] = {pixels[0] + c, pixels[1] + c, pixels[2] + c, pixels[3] + c};
      f(at, y + c, winners + c);
    };
    for_channels(
        channels, p + 1 == positions, [&](Index c) { four(largest_vector_of, c); },
        [&](Index c) { four(largest_of, c); });
  }
}

void give_back(const Window& w, const std::uint8_t* winners, const real* dy, bool add, real* dx) {
  const Index channels = w.channels, out_width = w.out_width();
  Mask lane = {};
  for (Index l = 0; l < kLanes; ++l) lane[l] = static_cast<decltype(+lane[0])>(l);
  // Row by row of the image, so that what reaches too far is written again.
  for (Index y = 0; y < w.height; ++y, dx += w.width * channels) {
    for (Index x = 0; x < w.width; ++x) {
      const Index from = (y / 2 * out_width + x / 2) * channels;
      const auto pixel = static_cast<std::uint8_t>(y % 2 * 2 + x % 2);
      const bool last_read = y / 2 + 1 == w.out_height() && x / 2 + 1 == out_width;
      real* const to = dx + x * channels;
      for_channels(
          channels, last_read,
          [&](Index c) {
            const Mask won = winners_of(winners + from + c) == Mask{} + pixel;
            Vector v = won ? simd::load(dy + from + c) : Vector{};
            if (add) {
              const auto rest = static_cast<decltype(+lane[0])>(channels - c);
              v = simd::load(to + c) + (lane < Mask{} + rest ? v : Vector{});
            }
            simd::store(to + c, v);
          },
          [&](Index c) {
            const real v = winners[from + c] == pixel ? dy[from + c] : real{0};
            to[c] = add ? to[c] + v : v;
          });
    }
  }
}

}  // namespace espalier::pool_halves
