#include "tensor/pool_halves.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "espalier/random.hpp"

namespace espalier {

namespace {

constexpr real kUntouched = real{-12345};
constexpr Index kGuard = 40;  // numbers behind an image that must stay as they are

Window window(Index height, Index width, Index channels) {
  return {height, width, channels, 2, 2, /*stride=*/2, /*padding=*/0};
}

std::vector<real> guarded(Index numbers) {
  return std::vector<real>(static_cast<std::size_t>(numbers + kGuard), kUntouched);
}

bool guard_holds(const std::vector<real>& numbers) {
  return std::all_of(numbers.end() - kGuard, numbers.end(),
                     [](real number) { return number == kUntouched; });
}

std::vector<real> drawn(Index numbers, std::string_view name) {
  RandomStream random(1, name);
  std::vector<real> all = guarded(numbers);
  for (Index i = 0; i < numbers; ++i) {
    all[static_cast<std::size_t>(i)] = static_cast<real>(random.uniform());
  }
  return all;
}

struct Pooled {
  std::vector<real> y;
  std::vector<std::uint8_t> winners;
};

/// The definition, number by number.
Pooled pooled(const Window& w, const std::vector<real>& x) {
  Pooled p;
  for (Index i = 0; i < w.positions() * w.channels; ++i) {
    const Index c = i % w.channels, at = i / w.channels;
    const Index corner = at / w.out_width() * 2 * w.width + at % w.out_width() * 2;
    const Index pixels[4] = {corner, corner + 1, corner + w.width, corner + w.width + 1};
    std::uint8_t best = 0;
    const auto value = [&](std::uint8_t k) {
      return x[static_cast<std::size_t>(pixels[k] * w.channels + c)];
    };
    for (std::uint8_t k = 1; k < 4; ++k) best = value(k) > value(best) ? k : best;
    p.y.push_back(value(best));
    p.winners.push_back(best);
  }
  return p;
}

}  // namespace

TEST_CASE("pooling by halves equals its definition and ends where the image ends") {
  for (const Index channels : {1, 2, 3, 5, 10, 16, 17, 20, 32, 33}) {
    for (const Index side : {2, 4, 6}) {
      CAPTURE(channels);
      CAPTURE(side);
      const Window w = window(side, side + 2, channels);
      REQUIRE(pool_halves::fits(w));
      const Index out = w.positions() * channels;
      const std::vector<real> x = drawn(w.image_size(), "x");
      const Pooled wanted = pooled(w, x);
      std::vector<real> y = guarded(out);
      std::vector<std::uint8_t> winners(static_cast<std::size_t>(out + kGuard), 99);
      pool_halves::largest(w, x.data(), y.data(), winners.data());
      CHECK(std::equal(wanted.y.begin(), wanted.y.end(), y.begin()));
      CHECK(std::equal(wanted.winners.begin(), wanted.winners.end(), winners.begin()));
      CHECK(guard_holds(y));
      CHECK(std::count(winners.end() - kGuard, winners.end(), 99) == kGuard);
    }
  }
}

TEST_CASE("every cotangent goes back to its winner, and nowhere else") {
  for (const Index channels : {1, 2, 3, 5, 10, 16, 17, 20, 32, 33}) {
    for (const bool add : {false, true}) {
      CAPTURE(channels);
      CAPTURE(add);
      const Window w = window(4, 6, channels);
      const Index out = w.positions() * channels;
      const std::vector<real> x = drawn(w.image_size(), "x"), dy = drawn(out, "dy");
      const Pooled p = pooled(w, x);
      std::vector<std::uint8_t> winners = p.winners;
      winners.resize(winners.size() + kGuard, 0);
      std::vector<real> dx = drawn(w.image_size(), "dx"), wanted = dx;
      if (!add) std::fill(wanted.begin(), wanted.end() - kGuard, real{0});
      for (Index i = 0; i < out; ++i) {
        const Index at = i / channels, k = p.winners[static_cast<std::size_t>(i)];
        const Index pixel =
            (at / w.out_width() * 2 + k / 2) * w.width + at % w.out_width() * 2 + k % 2;
        wanted[static_cast<std::size_t>(pixel * channels + i % channels)] +=
            dy[static_cast<std::size_t>(i)];
      }
      pool_halves::give_back(w, winners.data(), dy.data(), add, dx.data());
      CHECK(dx == wanted);
    }
  }
}

TEST_CASE("pixels are picked and spread by their winners, and nothing else is touched") {
  for (const Index channels : {1, 2, 3, 5, 10, 16, 17, 20, 32, 33}) {
    CAPTURE(channels);
    const Window w = window(4, 6, channels);
    const Index out = w.positions() * channels, row = 6 * channels, apart = row + 3;
    const std::vector<real> x = drawn(w.image_size(), "x"), dy = drawn(out, "dy");
    Pooled p = pooled(w, x);
    for (std::size_t i = 0; i < p.winners.size(); i += 5) p.winners[i] = pool_halves::kNobody;
    const std::vector<real> before = drawn(out, "y");
    std::vector<real> picked = guarded(out), twice = before, expected = before;
    std::vector<real> dx(static_cast<std::size_t>(4 * apart), real{9}), wanted = dx;
    for (Index i = 0; i < out; ++i) {
      const Index at = i / channels, who = p.winners[static_cast<std::size_t>(i)];
      for (Index k = 0; k < 4; ++k) {
        const Index y = at / w.out_width() * 2 + k / 2, column = at % w.out_width() * 2 + k % 2;
        const Index place = column * channels + i % channels;
        wanted[static_cast<std::size_t>(y * apart + place)] =
            k == who ? dy[static_cast<std::size_t>(i)] : real{0};
        if (k == who) {
          expected[static_cast<std::size_t>(i)] += x[static_cast<std::size_t>(y * row + place)];
        }
      }
    }
    pool_halves::pick(w, p.winners.data(), x.data(), /*add=*/false, picked.data());
    pool_halves::pick(w, p.winners.data(), x.data(), /*add=*/true, twice.data());
    CHECK(twice == expected);
    CHECK(guard_holds(picked));
    for (Index i = 0; i < out; ++i) {
      const auto k = static_cast<std::size_t>(i);
      CHECK(picked[k] + before[k] == expected[k]);
    }
    pool_halves::spread(w, p.winners.data(), dy.data(), dx.data(), apart);
    CHECK(dx == wanted);
  }
}

}  // namespace espalier
