#include "espalier/initializer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace espalier;

namespace {

struct Sample {
  std::vector<real> numbers;
  double mean = 0.0, variance = 0.0, least = 0.0, most = 0.0;
};

Sample draw(const Shape& shape, const Initializer& initializer, const char* name = "init/w") {
  Sample s;
  s.numbers.resize(static_cast<std::size_t>(shape.size()));
  initialize({s.numbers.data(), shape}, initializer, RandomStream(1, name));
  const auto n = static_cast<double>(s.numbers.size());
  for (const real x : s.numbers) s.mean += static_cast<double>(x) / n;
  for (const real x : s.numbers) {
    s.variance += (static_cast<double>(x) - s.mean) * (static_cast<double>(x) - s.mean) / n;
  }
  const auto ends = std::ranges::minmax(s.numbers);
  s.least = static_cast<double>(ends.min);
  s.most = static_cast<double>(ends.max);
  return s;
}

void check_normal(const Shape& shape, const Initializer& initializer, double variance) {
  const Sample s = draw(shape, initializer);
  CHECK(std::abs(s.mean) < 5.0 * std::sqrt(variance / static_cast<double>(shape.size())));
  CHECK(s.variance == doctest::Approx(variance).epsilon(0.05));
  CHECK(s.most > 3.0 * std::sqrt(variance));  // tails
}

void check_uniform(const Shape& shape, const Initializer& initializer, double bound) {
  const Sample s = draw(shape, initializer);
  CHECK(s.least >= -bound);
  CHECK(s.most <= bound);
  CHECK(s.least < -0.99 * bound);
  CHECK(s.most > 0.99 * bound);
  CHECK(s.variance == doctest::Approx(bound * bound / 3.0).epsilon(0.05));
}

}  // namespace

TEST_CASE("initialisers of a linear layer use its inputs and outputs") {
  const Shape linear{120, 300};  // (O, I)
  check_normal(linear, {Initializer::Kind::he_normal}, 2.0 / 300.0);
  check_uniform(linear, {Initializer::Kind::he_uniform}, std::sqrt(6.0 / 300.0));
  check_normal(linear, {Initializer::Kind::glorot_normal}, 2.0 / 420.0);
  check_uniform(linear, {Initializer::Kind::glorot_uniform}, std::sqrt(6.0 / 420.0));
}

TEST_CASE("initialisers of a convolution count the window") {
  const Shape conv{32, 5, 3, 24};  // (O, KH, KW, I): fan_in 360, fan_out 480
  check_normal(conv, {Initializer::Kind::he_normal}, 2.0 / 360.0);
  check_uniform(conv, {Initializer::Kind::he_uniform}, std::sqrt(6.0 / 360.0));
  check_normal(conv, {Initializer::Kind::glorot_normal}, 2.0 / 840.0);
  check_uniform(conv, {Initializer::Kind::glorot_uniform}, std::sqrt(6.0 / 840.0));
}

TEST_CASE("normal and constant use their amount alone") {
  check_normal({100, 200}, {Initializer::Kind::normal, 0.02}, 0.0004);
  const Sample s = draw({50}, {Initializer::Kind::constant, 0.25});
  CHECK(s.least == 0.25);
  CHECK(s.most == 0.25);
}

TEST_CASE("given numbers are taken as they are") {
  const Initializer given{.kind = Initializer::Kind::given, .numbers = {0.5, -2.0, 0.1}};
  CHECK(draw({3}, given).numbers == std::vector<real>{real{0.5}, real{-2}, static_cast<real>(0.1)});
}

TEST_CASE("numbers are a function of the stream alone") {
  const Initializer he{Initializer::Kind::he_normal};
  CHECK(draw({8, 9}, he).numbers == draw({8, 9}, he).numbers);
  CHECK(draw({8, 9}, he, "init/a").numbers != draw({8, 9}, he, "init/b").numbers);
}

TEST_CASE("every name makes its initialiser") {
  for (const std::string_view name : initializer_names()) {
    CAPTURE(name);
    const Initializer made = initializer_named(name);
    const double amount = draw({40, 50}, made).variance;
    if (name == "zeros") {
      CHECK(made.kind == Initializer::Kind::constant);
      CHECK(amount == 0.0);
    } else {
      CHECK(amount > 0.0);
    }
  }
  CHECK(initializer_named("he_normal").kind == Initializer::Kind::he_normal);
  CHECK(initializer_named("he_uniform").kind == Initializer::Kind::he_uniform);
  CHECK(initializer_named("glorot_normal").kind == Initializer::Kind::glorot_normal);
  CHECK(initializer_named("glorot_uniform").kind == Initializer::Kind::glorot_uniform);
}
