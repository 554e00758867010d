#include "tensor/convolution.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "core/parallel.hpp"
#include "espalier/random.hpp"
#include "tensor/convolution_across.hpp"
#include "tensor/convolution_direct.hpp"
#include "tensor/convolution_unfolded.hpp"
#include "tensor/convolution_winners.hpp"

namespace espalier {

namespace {

// Less than a block of images, and more than one in any precision.
constexpr std::array<Index, 3> kImages = {5, 8, 19};

std::vector<real> random_numbers(Index count, std::string_view name) {
  RandomStream random(1, name);
  std::vector<real> numbers(static_cast<std::size_t>(count));
  for (real& number : numbers) number = static_cast<real>(random.uniform() - 0.5);
  return numbers;
}

struct Case {
  Window v;
  Index outputs;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {{5, 7, 3, 3, 3, 1, 1}, 4},   {{28, 28, 1, 5, 5, 1, 2}, 10},  {{14, 14, 10, 5, 5, 1, 0}, 20},
      {{7, 6, 2, 3, 2, 2, 1}, 33},  {{4, 4, 33, 2, 2, 2, 0}, 70},   {{2, 3, 1, 3, 3, 1, 2}, 1},
      {{9, 9, 16, 3, 3, 1, 1}, 32}, {{3, 3, 1, 1, 3, 1, 0}, 17},    {{6, 6, 5, 3, 3, 1, 0}, 16},
      {{8, 8, 40, 5, 5, 1, 2}, 6},  {{12, 12, 3, 3, 3, 2, 1}, 9},   {{14, 14, 1, 4, 3, 2, 2}, 3},
      {{14, 14, 1, 3, 3, 1, 1}, 5}, {{16, 16, 1, 3, 3, 1, 1}, 300}, {{4, 6, 7, 1, 1, 1, 0}, 5}};
  return all;
}

/// Sums of a convolution written out: calls f(n, position, output, pixel, weight number) for every
/// product, where `pixel` is the number of the input that the kernel's number meets.
template <class F>
void for_products(const Case& t, Index images, F f) {
  const Window& v = t.v;
  for (Index n = 0; n < images; ++n) {
    for (Index p = 0; p < v.positions(); ++p) {
      for (Index k = 0; k < v.column_size(); ++k) {
        const Index c = k % v.channels, cell = k / v.channels;
        const Index y = p / v.out_width() * v.stride - v.padding + cell / v.kernel_width;
        const Index x = p % v.out_width() * v.stride - v.padding + cell % v.kernel_width;
        if (y < 0 || x < 0 || y >= v.height || x >= v.width) continue;
        for (Index o = 0; o < t.outputs; ++o) {
          f(((n * v.positions()) + p) * t.outputs + o,
            n * v.image_size() + (y * v.width + x) * v.channels + c, o * v.column_size() + k);
        }
      }
    }
  }
}

using Numbers = std::vector<real>;

/// `terms`: sums of more of them round more often.
void check_close(const Numbers& found, const std::vector<double>& wanted, Index terms) {
  REQUIRE(found.size() == wanted.size());
  double worst = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    worst = std::max(
        worst, std::abs(static_cast<double>(found[i]) - wanted[i]) / (1.0 + std::abs(wanted[i])));
  }
  // In double the sums written out round as well.
  const double rounding =
      (sizeof(real) == sizeof(double) ? 80.0 : 8.0) * static_cast<double>(terms);
  CHECK(worst <= rounding * static_cast<double>(std::numeric_limits<real>::epsilon()));
}

using Winners = std::vector<std::uint8_t>;

/// A case with its numbers, and what each array must become. `pooled`: the outputs' gradient is
/// what max(0, .) and max pooling left of it.
struct Problem {
  Case t;
  Index images;
  Numbers x, w, b, dy;
  std::vector<double> y, dx, dw, db;
  bool pooled;
  Numbers pooled_dy;
  Winners winners;

  Problem(const Case& of, Index count, bool with_pooling)
      : t(of),
        images(count),
        x(random_numbers(count * of.v.image_size(), "x")),
        w(random_numbers(of.outputs * of.v.column_size(), "w")),
        b(random_numbers(of.outputs, "b")),
        dy(random_numbers(count * of.v.positions() * of.outputs, "dy")),
        y(dy.size()),
        dx(x.size()),
        dw(w.size()),
        db(b.size()),
        pooled(with_pooling) {
    if (pooled) pool();
    const auto d = [](const Numbers& of_array, Index i) {
      return static_cast<double>(of_array[static_cast<std::size_t>(i)]);
    };
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = d(b, static_cast<Index>(i) % t.outputs);
    }
    for_products(t, images, [&](Index out, Index in, Index k) {
      y[static_cast<std::size_t>(out)] += d(x, in) * d(w, k);
      dx[static_cast<std::size_t>(in)] += d(dy, out) * d(w, k);
      dw[static_cast<std::size_t>(k)] += d(dy, out) * d(x, in);
    });
    for (std::size_t i = 0; i < dy.size(); ++i) {
      db[i % b.size()] += static_cast<double>(dy[i]);
    }
  }

  /// Measures how many are added up.
  Index terms() const { return images + t.outputs / 32; }

  OutputGradient gradient() const {
    return pooled ? OutputGradient{pooled_dy.data(), winners.data()} : OutputGradient{dy.data()};
  }

  /// The outputs that won, 0 where nobody did.
  Numbers picked(const Numbers& outputs) const {
    Numbers won(winners.size());
    for (std::size_t i = 0; i < won.size(); ++i) {
      if (winners[i] != pool_halves::kNobody) won[i] = outputs[winner_of(i)];
    }
    return won;
  }

 private:
  /// The output that number i of the winners names. REQUIRES: one.
  std::size_t winner_of(std::size_t i) const {
    const Index width = t.v.out_width(), o = t.outputs, at = static_cast<Index>(i);
    const Index column = at / o % (width / 2), row = at / o / (width / 2);  // of all images
    const Index y0 = 2 * row + winners[i] / 2, x0 = 2 * column + winners[i] % 2;
    return static_cast<std::size_t>((y0 * width + x0) * o + at % o);
  }

  /// Draws a pooled gradient; dy becomes what it stands for.
  void pool() {
    pooled_dy = random_numbers(static_cast<Index>(dy.size()) / 4, "pooled");
    RandomStream random(2, "winners");
    std::fill(dy.begin(), dy.end(), real{0});
    for (std::size_t i = 0; i < pooled_dy.size(); ++i) {
      winners.push_back(static_cast<std::uint8_t>(random.uniform() * 5.0));
      if (winners[i] != pool_halves::kNobody) dy[winner_of(i)] = pooled_dy[i];
    }
  }
};

bool can_pool(const Case& t) { return pool_halves::fits(pool_halves::over(t.v, t.outputs)); }

Numbers halved(Numbers numbers) {
  for (real& number : numbers) number /= 2;
  return numbers;
}

Numbers room(Index numbers) {
  return Numbers(static_cast<std::size_t>(numbers), std::numeric_limits<real>::quiet_NaN());
}

using Forward = decltype(convolution::ForwardWay::run);
using InputGradient = decltype(convolution::InputGradientWay::run);
using WeightGradient = decltype(convolution::WeightGradientWay::run);

void check_forward(const Problem& p, Forward forward, Numbers scratch) {
  Numbers y = room(static_cast<Index>(p.y.size()));
  const auto call = [&](const OutputPlace& to) {
    forward(p.t.v, p.images, p.x.data(), p.t.outputs, p.w.data(), p.b.data(), to, scratch);
  };
  if (!p.pooled) {
    call({y.data()});
    check_close(y, p.y, p.terms());
    call({.y = y.data(), .add = true});
    check_close(halved(y), p.y, p.terms());
    return;
  }
  // The same bits as max pooling of what it makes without.
  const convolution::ForwardWay& direct = convolution::direct::kForward;
  Numbers apart = room(direct.scratch(p.t.v, p.t.outputs, 2, false));
  direct.run(p.t.v, p.images, p.x.data(), p.t.outputs, p.w.data(), p.b.data(), {y.data()}, apart);
  Numbers wanted = room(static_cast<Index>(p.y.size()) / 4), found = wanted;
  Winners who(wanted.size()), who_found(wanted.size(), 9);
  const Index numbers = p.t.v.positions() * p.t.outputs;
  for (Index n = 0; n < p.images; ++n) {
    pool_halves::largest(pool_halves::over(p.t.v, p.t.outputs), y.data() + n * numbers,
                         wanted.data() + n * numbers / 4, who.data() + n * numbers / 4);
  }
  pool_halves::rectify(static_cast<Index>(wanted.size()), wanted.data(), who.data());
  call({found.data(), who_found.data()});
  CHECK(found == wanted);
  CHECK(who_found == who);
  // Of other winners: their outputs, and once more the same on top.
  found = room(std::ssize(found));
  const Numbers won = p.picked(y);
  call({.y = found.data(), .won = p.winners.data()});
  CHECK(found == won);
  call({.y = found.data(), .won = p.winners.data(), .add = true});
  CHECK(halved(found) == won);
}

void check_weight_gradient(const Problem& p, WeightGradient gradient, Numbers scratch) {
  const auto call = [&](double alpha, double beta, Numbers& dw) {
    gradient(p.t.v, p.images, p.x.data(), p.gradient(), p.t.outputs, alpha, beta, dw.data(),
             scratch);
  };
  Numbers dw = room(static_cast<Index>(p.dw.size()));
  call(1.0, 0.0, dw);
  check_close(dw, p.dw, p.terms());
  call(-0.5, 0.5, dw);
  check_close(dw, std::vector<double>(dw.size(), 0.0), p.terms());
}

void check_input_gradient(const Problem& p, InputGradient gradient, Numbers scratch) {
  const auto call = [&](bool add, Numbers& dx) {
    gradient(p.t.v, p.images, p.gradient(), p.t.outputs, p.w.data(), add, dx.data(), scratch);
  };
  Numbers dx = room(static_cast<Index>(p.dx.size()));
  call(false, dx);
  check_close(dx, p.dx, p.terms());
  call(true, dx);
  check_close(halved(dx), p.dx, p.terms());
}

void check_chosen(const Problem& p, int threads) {
  const Window& v = p.t.v;
  const Index outputs = p.t.outputs;
  const auto scratch = [&] {
    return room(convolution::scratch(v, outputs, p.images, threads, p.pooled));
  };
  check_forward(p, convolution::forward, scratch());
  check_input_gradient(p, convolution::input_gradient, scratch());
  check_weight_gradient(p, convolution::weight_gradient,
                        room(convolution::weight_gradient_scratch(v, outputs, threads, p.pooled)));
}

void check_ways(const Problem& p, int threads) {
  namespace ways = convolution;
  const Window& v = p.t.v;
  const Index outputs = p.t.outputs;
  const auto scratch = [&](const auto& way) {
    return room(way.scratch(v, outputs, threads, p.pooled));
  };
  const auto can = [&](const auto* way) {
    return way->cost(v, outputs, p.pooled) < convolution::kNever;
  };
  for (const auto* way : {&ways::direct::kForward, &ways::across::kForward}) {
    check_forward(p, way->run, scratch(*way));
  }
  for (const auto* way : {&ways::direct::kWeightGradient, &ways::across::kWeightGradient,
                          &ways::winners::kWeightGradient}) {
    if (can(way)) check_weight_gradient(p, way->run, scratch(*way));
  }
  for (const auto* way : {&ways::direct::kInputGradient, &ways::across::kInputGradient,
                          &ways::winners::kInputGradient, &ways::unfolded::kInputGradient}) {
    if (!can(way)) continue;
    check_input_gradient(p, way->run, room(way->scratch(v, outputs, p.images, threads, p.pooled)));
  }
}

void check_problem(const Problem& p, int threads) {
  if (!p.pooled || !convolution::pointwise(p.t.v)) check_chosen(p, threads);
  check_ways(p, threads);
  Numbers db = room(p.t.outputs);
  p.gradient().channel_sums(p.images * p.t.v.positions(), p.t.outputs, 1.0, 0.0, db.data());
  check_close(db, p.db, p.terms());
}

}  // namespace

TEST_CASE("convolutions and their gradients equal their sums written out") {
  const int before = parallel::threads();
  for (const Case& t : cases()) {
    CAPTURE(t.v.height);
    CAPTURE(t.v.channels);
    CAPTURE(t.outputs);
    for (const Index images : kImages) {
      for (const bool pooled : {false, true}) {
        if (pooled && !can_pool(t)) continue;
        CAPTURE(pooled);
        const Problem problem(t, images, pooled);
        for (const int threads : {1, 2}) {
          parallel::set_threads(threads);
          check_problem(problem, threads);
          // Planned for one thread, run where there are more: it makes do.
          if (threads == 2) check_problem(problem, 1);
        }
      }
    }
  }
  parallel::set_threads(before);
}

TEST_CASE("an image has the same bits alone and among others") {
  const int threads = parallel::threads();
  for (const Case& t : cases()) {
    const Index images = kImages.back();
    const Problem p(t, images, /*with_pooling=*/false);
    const Window& v = t.v;
    const Index numbers = v.positions() * t.outputs;
    Numbers scratch = room(convolution::scratch(v, t.outputs, images, threads, false));
    Numbers all = room(images * numbers), one = room(numbers);
    convolution::forward(v, images, p.x.data(), t.outputs, p.w.data(), nullptr, {all.data()},
                         scratch);
    for (const Index n : {Index{3}, images - 1}) {
      convolution::forward(v, 1, p.x.data() + n * v.image_size(), t.outputs, p.w.data(), nullptr,
                           {one.data()}, scratch);
      CHECK(one == Numbers(all.begin() + n * numbers, all.begin() + (n + 1) * numbers));
    }
    if (!convolution::turns(v)) continue;
    const auto input_gradient = [&](const convolution::InputGradientWay& way) {
      Numbers dx = room(images * v.image_size());
      scratch = room(way.scratch(v, t.outputs, images, threads, false));
      way.run(v, images, {p.dy.data()}, t.outputs, p.w.data(), false, dx.data(), scratch);
      return dx;
    };
    CHECK(input_gradient(convolution::across::kInputGradient) ==
          input_gradient(convolution::direct::kInputGradient));
  }
}

}  // namespace espalier
