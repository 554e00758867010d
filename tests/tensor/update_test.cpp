#include "tensor/update.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "espalier/random.hpp"

using namespace espalier;

namespace {

constexpr Index kCount = 37;  // not a multiple of any vector length

std::vector<real> random_numbers(const char* name, bool positive = false) {
  RandomStream random(5, name);
  std::vector<real> numbers(kCount);
  for (real& x : numbers) {
    const double drawn = random.normal();
    x = static_cast<real>(positive ? std::abs(drawn) : drawn);
  }
  return numbers;
}

// Calls wanted(i) for the number that `found[i]` should be.
template <class Wanted>
void check_close(const std::vector<real>& found, Wanted wanted) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(static_cast<double>(found[i]) == doctest::Approx(wanted(i)).epsilon(2e-6).scale(1.0));
  }
}

double d(const std::vector<real>& x, std::size_t i) { return static_cast<double>(x[i]); }

}  // namespace

TEST_CASE("momentum adds the decay to the velocity, then steps") {
  const auto v0 = random_numbers("v"), w0 = random_numbers("w");
  auto v = v0, w = w0;
  update::momentum(kCount, 0.1, 0.01, v.data(), w.data());
  const auto velocity = [&](std::size_t i) { return d(v0, i) + 0.01 * d(w0, i); };
  check_close(v, velocity);
  check_close(w, [&](std::size_t i) { return d(w0, i) - 0.1 * velocity(i); });
}

TEST_CASE("look_ahead moves both from their old values") {
  const auto v0 = random_numbers("v"), w0 = random_numbers("w");
  auto v = v0, w = w0;
  update::look_ahead(kCount, 0.1, 0.9, 0.01, v.data(), w.data());
  check_close(v, [&](std::size_t i) { return 0.9 * d(v0, i) + 0.01 * d(w0, i); });
  check_close(w, [&](std::size_t i) { return d(w0, i) + 0.1 * 0.9 * d(v0, i); });
}

TEST_CASE("add adds a multiple") {
  const auto v = random_numbers("v"), w0 = random_numbers("w");
  auto w = w0;
  update::add(kCount, -0.3, v.data(), w.data());
  check_close(w, [&](std::size_t i) { return d(w0, i) - 0.3 * d(v, i); });
}

TEST_CASE("adam follows its recurrence") {
  const auto g = random_numbers("g"), m0 = random_numbers("m"), w0 = random_numbers("w");
  const auto v0 = random_numbers("v", true);
  auto m = m0, v = v0, w = w0;
  const update::Adam a = {.rate = 0.02,
                          .beta1 = 0.9,
                          .beta2 = 0.99,
                          .epsilon = 1e-3,
                          .root = 1.7,
                          .decay = 0.1,
                          .shrink = 0.95};
  update::adam(kCount, a, g.data(), m.data(), v.data(), w.data());
  const auto gradient = [&](std::size_t i) { return d(g, i) + 0.1 * d(w0, i); };
  const auto first = [&](std::size_t i) { return 0.9 * d(m0, i) + 0.1 * gradient(i); };
  const auto second = [&](std::size_t i) {
    return 0.99 * d(v0, i) + 0.01 * gradient(i) * gradient(i);
  };
  check_close(m, first);
  check_close(v, second);
  check_close(w, [&](std::size_t i) {
    return 0.95 * d(w0, i) - 0.02 * first(i) / (1.7 * std::sqrt(second(i)) + 1e-3);
  });
}

TEST_CASE("rmsprop follows its recurrence with and without momentum") {
  const auto g = random_numbers("g"), s0 = random_numbers("s", true), b0 = random_numbers("b"),
             w0 = random_numbers("w");
  for (const double momentum : {0.0, 0.8}) {
    CAPTURE(momentum);
    auto s = s0, b = b0, w = w0;
    update::rmsprop(
        kCount, {.rate = 0.05, .alpha = 0.9, .epsilon = 1e-2, .momentum = momentum, .decay = 0.2},
        g.data(), s.data(), momentum > 0.0 ? b.data() : nullptr, w.data());
    const auto gradient = [&](std::size_t i) { return d(g, i) + 0.2 * d(w0, i); };
    const auto mean_square = [&](std::size_t i) {
      return 0.9 * d(s0, i) + 0.1 * gradient(i) * gradient(i);
    };
    const auto step = [&](std::size_t i) {
      const double own = gradient(i) / (std::sqrt(mean_square(i)) + 1e-2);
      return momentum > 0.0 ? momentum * d(b0, i) + own : own;
    };
    check_close(s, mean_square);
    check_close(w, [&](std::size_t i) { return d(w0, i) - 0.05 * step(i); });
    if (momentum > 0.0) {
      check_close(b, step);
    } else {
      CHECK(b == b0);
    }
  }
}

TEST_CASE("an update of no numbers touches nothing") {
  real w = 3, v = 4;
  update::momentum(0, 0.1, 0.1, &v, &w);
  update::look_ahead(0, 0.1, 0.9, 0.1, &v, &w);
  update::add(0, 1.0, &v, &w);
  CHECK(w == real(3));
  CHECK(v == real(4));
}
