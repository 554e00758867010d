#include "tensor/convolution.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/parallel.hpp"
#include "espalier/random.hpp"
#include "tensor/unfolded.hpp"

namespace espalier {

namespace {

constexpr Index kImages = 5;

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
      {{5, 7, 3, 3, 3, 1, 1}, 4},   {{28, 28, 1, 5, 5, 1, 2}, 10}, {{14, 14, 10, 5, 5, 1, 0}, 20},
      {{7, 6, 2, 3, 2, 2, 1}, 33},  {{4, 4, 33, 2, 2, 2, 0}, 70},  {{2, 3, 1, 3, 3, 1, 2}, 1},
      {{9, 9, 16, 3, 3, 1, 1}, 32}, {{3, 3, 1, 1, 3, 1, 0}, 17},   {{6, 6, 5, 3, 3, 1, 0}, 16}};
  return all;
}

/// Sums of a convolution written out: calls f(n, position, output, pixel, weight number) for every
/// product, where `pixel` is the number of the input that the kernel's number meets.
template <class F>
void for_products(const Case& t, F f) {
  const Window& v = t.v;
  for (Index n = 0; n < kImages; ++n) {
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

void check_close(const Numbers& found, const std::vector<double>& wanted) {
  REQUIRE(found.size() == wanted.size());
  double worst = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    worst = std::max(
        worst, std::abs(static_cast<double>(found[i]) - wanted[i]) / (1.0 + std::abs(wanted[i])));
  }
  // In double the sums written out round as well.
  const double rounding = sizeof(real) == sizeof(double) ? 400.0 : 40.0;
  CHECK(worst <= rounding * static_cast<double>(std::numeric_limits<real>::epsilon()));
}

/// A case with its numbers, its scratch for 1 or 2 threads, and what each array must become.
struct Problem {
  Case t;
  Numbers x, w, b, dy;
  std::vector<double> y, dx, dw;

  explicit Problem(const Case& of)
      : t(of),
        x(random_numbers(kImages * of.v.image_size(), "x")),
        w(random_numbers(of.outputs * of.v.column_size(), "w")),
        b(random_numbers(of.outputs, "b")),
        dy(random_numbers(kImages * of.v.positions() * of.outputs, "dy")),
        y(dy.size()),
        dx(x.size()),
        dw(w.size()) {
    const auto d = [](const Numbers& of_array, Index i) {
      return static_cast<double>(of_array[static_cast<std::size_t>(i)]);
    };
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = d(b, static_cast<Index>(i) % t.outputs);
    }
    for_products(t, [&](Index out, Index in, Index k) {
      y[static_cast<std::size_t>(out)] += d(x, in) * d(w, k);
      dx[static_cast<std::size_t>(in)] += d(dy, out) * d(w, k);
      dw[static_cast<std::size_t>(k)] += d(dy, out) * d(x, in);
    });
  }
};

Numbers room(Index numbers) {
  return Numbers(static_cast<std::size_t>(numbers), std::numeric_limits<real>::quiet_NaN());
}

void check_problem(const Problem& p, int threads) {
  const Window& v = p.t.v;
  const Index outputs = p.t.outputs;
  Numbers scratch = room(convolution::forward_scratch(v, outputs, threads));
  Numbers y = room(static_cast<Index>(p.y.size()));
  convolution::forward(v, kImages, p.x.data(), outputs, p.w.data(), p.b.data(), false, y.data(),
                       scratch);
  check_close(y, p.y);

  scratch = room(convolution::weight_gradient_scratch(v, outputs, threads));
  Numbers dw = room(static_cast<Index>(p.dw.size()));
  convolution::weight_gradient(v, kImages, p.x.data(), p.dy.data(), outputs, 1.0, 0.0, dw.data(),
                               scratch);
  check_close(dw, p.dw);
  Numbers twice = dw;
  convolution::weight_gradient(v, kImages, p.x.data(), p.dy.data(), outputs, -0.5, 0.5,
                               twice.data(), scratch);
  check_close(twice, std::vector<double>(twice.size(), 0.0));

  const auto check_input_gradient = [&](auto gradient, Numbers place) {
    Numbers dx = room(static_cast<Index>(p.dx.size()));
    gradient(v, kImages, p.dy.data(), outputs, p.w.data(), false, dx.data(), place);
    check_close(dx, p.dx);
    gradient(v, kImages, p.dy.data(), outputs, p.w.data(), true, dx.data(), place);
    for (real& number : dx) number /= 2;
    check_close(dx, p.dx);
  };
  check_input_gradient(unfolded::input_gradient, room(unfolded::scratch(v, kImages, threads)));
  if (!convolution::turns(v)) return;
  const Window turned = convolution::turned(v, outputs);
  check_input_gradient(convolution::input_gradient,
                       room(convolution::forward_scratch(turned, v.channels, threads)));
}

}  // namespace

TEST_CASE("convolutions and their gradients equal their sums written out") {
  const int before = parallel::threads();
  for (const Case& t : cases()) {
    CAPTURE(t.v.height);
    CAPTURE(t.v.channels);
    CAPTURE(t.outputs);
    const Problem problem(t);
    for (const int threads : {1, 2}) {
      parallel::set_threads(threads);
      check_problem(problem, threads);
      // Planned for one thread, run where there are more: it makes do.
      if (threads == 2) check_problem(problem, 1);
    }
  }
  parallel::set_threads(before);
}

TEST_CASE("an image has the same bits alone and among others") {
  for (const Case& t : cases()) {
    const Problem p(t);
    const Window& v = t.v;
    const Index numbers = v.positions() * t.outputs;
    Numbers scratch = room(convolution::forward_scratch(v, t.outputs, parallel::threads()));
    Numbers all = room(kImages * numbers), one = room(numbers);
    convolution::forward(v, kImages, p.x.data(), t.outputs, p.w.data(), nullptr, false, all.data(),
                         scratch);
    convolution::forward(v, 1, p.x.data() + 3 * v.image_size(), t.outputs, p.w.data(), nullptr,
                         false, one.data(), scratch);
    CHECK(one == Numbers(all.begin() + 3 * numbers, all.begin() + 4 * numbers));
  }
}

}  // namespace espalier
