#include "tensor/pool_halves.hpp"

#include "tensor/pool_vectors.hpp"

namespace espalier::pool_halves {

namespace {

using simd::kLanes;
using simd::Vector;

// NaN wins once and stays, so that a broken step is seen in its loss.
bool beats(real x, real best) { return x > best || x != x; }

void largest_number_of(const real* const (&from)[4], real* y, std::uint8_t* winner) {
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
  const Largest best = largest_of(from);
  simd::store(y, best.value);
  store_winners(winners, best.who);
}

/// The pixels under a place, their first channels.
struct Four {
  const real* pixels[4];
};

Four under(const Window& w, const real* x, Index place) {
  const Index channels = w.channels, row = w.width * channels, width = w.out_width();
  const real* const corner = x + place / width * 2 * row + place % width * 2 * channels;
  return {{corner, corner + channels, corner + row, corner + row + channels}};
}

// Numbers of a pixel are taken as whole vectors, the last one first, that may reach into the pixels
// behind it: those are read too far, or written again afterwards. Where fewer than that many
// numbers are `left` behind the pixel, it ends exactly.
template <class OfVector, class OfNumber>
void for_channels(Index channels, Index left, OfVector of_vector, OfNumber of_number) {
  const Index whole = simd::whole_vectors(channels);
  const Index vectors = left >= whole - channels ? whole : channels / kLanes * kLanes;
  for (Index c = vectors - kLanes; c >= 0; c -= kLanes) of_vector(c);
  for (Index c = vectors; c < channels; ++c) of_number(c);
}

}  // namespace

bool fits(const Window& w) {
  return w.kernel_height == 2 && w.kernel_width == 2 && w.stride == 2 && w.padding == 0 &&
         w.height % 2 == 0 && w.width % 2 == 0;
}

void largest(const Window& w, const real* x, real* y, std::uint8_t* winners) {
  const Index channels = w.channels, positions = w.positions();
  for (Index p = 0; p < positions; ++p, y += channels, winners += channels) {
    const Four at = under(w, x, p);
    const auto four = [&](auto f, Index c) {
      const real* const from[4] = {at.pixels[0] + c, at.pixels[1] + c, at.pixels[2] + c,
                                   at.pixels[3] + c};
      f(from, y + c, winners + c);
    };
    for_channels(
        channels, (positions - 1 - p) * channels, [&](Index c) { four(largest_vector_of, c); },
        [&](Index c) { four(largest_number_of, c); });
  }
}

namespace {

/// What two neighbours of a row of the image get from the position over them.
struct Pair {
  Index channels;
  std::uint8_t left;  // number of the left one under the window
  bool add;

  void vector(const std::uint8_t* winners, const real* dy, Index rest, real* to) const {
    const Mask winner = winners_of(winners);
    const Vector v = simd::load(dy), none = {};
    put(winner == Mask{} + left ? v : none, rest, to);
    put(winner == Mask{} + left + 1 ? v : none, rest, to + channels);
  }
  void number(std::uint8_t winner, real dy, real* to) const {
    const real l = winner == left ? dy : real{0}, r = winner == left + 1 ? dy : real{0};
    to[0] = add ? to[0] + l : l;
    to[channels] = add ? to[channels] + r : r;
  }

 private:
  // Numbers from `rest` on are another pixel's: written again later, or left as they are.
  void put(Vector v, Index rest, real* to) const {
    if (add) v = simd::load(to) + simd::first(rest, v);
    simd::store(to, v);
  }
};

}  // namespace

void give_back(const Window& w, const std::uint8_t* winners, const real* dy, bool add, real* dx) {
  const Index channels = w.channels, out_row = w.out_width() * channels;
  const Index numbers = w.out_height() * out_row;
  Pair pair{.channels = channels, .left = 0, .add = add};
  // Row by row of the image, so that what reaches too far is written again.
  for (Index y = 0; y < w.out_height(); ++y) {
    for (Index half = 0; half < 2; ++half) {
      pair.left = static_cast<std::uint8_t>(2 * half);
      for (Index from = y * out_row, end = from + out_row; from < end; from += channels) {
        for_channels(
            channels, numbers - from - channels,
            [&](Index c) { pair.vector(winners + from + c, dy + from + c, channels - c, dx + c); },
            [&](Index c) { pair.number(winners[from + c], dy[from + c], dx + c); });
        dx += 2 * channels;
      }
    }
  }
}

void rectify(Index numbers, real* y, std::uint8_t* winners) {
  for (Index i = 0; i < numbers; ++i) winners[i] = y[i] > 0 ? winners[i] : kNobody;
  for (Index i = 0; i < numbers; ++i) y[i] = y[i] <= 0 ? real{0} : y[i];
}

void spread(const Window& w, const std::uint8_t* winners, const real* dy, real* dx, Index dx_row) {
  const Index channels = w.channels, row = w.width * channels;
  const Index behind = simd::whole_vectors(channels) - channels;
  const Index all = w.positions() * channels;
  for (Index y = 0, at = 0; y < w.height / 2; ++y) {
    for (Index x = 0; x < w.width / 2; ++x, at += channels) {
      const Index corner = 2 * x * channels, next = corner + channels;
      real* const upper = dx + 2 * y * dx_row;
      real* const pixels[4] = {upper + corner, upper + next, upper + dx_row + corner,
                               upper + dx_row + next};
      // What reaches into pixels behind is written again; what reaches out of the row is not.
      const bool reach = next + channels + behind <= row && at + channels + behind <= all;
      for_channels(
          channels, reach ? behind : 0,
          [&](Index c) {
            give(simd::load(dy + at + c), winners_of(winners + at + c),
                 {pixels[0] + c, pixels[1] + c, pixels[2] + c, pixels[3] + c});
          },
          [&](Index c) {
            for (int k = 0; k < 4; ++k) {
              pixels[k][c] = winners[at + c] == k ? dy[at + c] : real{0};
            }
          });
    }
  }
}

void pick(const Window& w, const std::uint8_t* winners, const real* x, bool add, real* y) {
  const Index channels = w.channels, whole = channels / kLanes * kLanes;
  for (Index p = 0; p < w.positions(); ++p, y += channels, winners += channels) {
    const Four at = under(w, x, p);
    for (Index c = 0; c < whole; c += kLanes) {
      const Vector v = picked(winners_of(winners + c), {at.pixels[0] + c, at.pixels[1] + c,
                                                        at.pixels[2] + c, at.pixels[3] + c});
      simd::store(y + c, add ? simd::load(y + c) + v : v);
    }
    for (Index c = whole; c < channels; ++c) {
      const real v = winners[c] == kNobody ? real{0} : at.pixels[winners[c]][c];
      y[c] = add ? y[c] + v : v;
    }
  }
}

}  // namespace espalier::pool_halves
