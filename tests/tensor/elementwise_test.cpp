#include "tensor/elementwise.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace espalier {

namespace {

using Kernel = void (*)(Index, const real*, real*);

struct Function {
  const char* name;
  Kernel kernel;
  double (*exact)(double);
};

double phi(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

const std::vector<Function>& functions() {
  static const std::vector<Function> all = {
      {"exp", elementwise::exp, [](double x) { return std::exp(x); }},
      {"tanh", elementwise::tanh, [](double x) { return std::tanh(x); }},
      {"sigmoid", elementwise::sigmoid, [](double x) { return 1.0 / (1.0 + std::exp(-x)); }},
      {"softplus", elementwise::softplus,
       [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }},
      {"gelu", elementwise::gelu, [](double x) { return x * phi(x); }},
      {"gelu_derivative", elementwise::gelu_derivative, [](double x) {
         return phi(x) + x * std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
       }}};
  return all;
}

std::vector<real> points(double low, double high, std::size_t count) {
  std::vector<real> x(count);
  for (std::size_t i = 0; i < count; ++i) {
    x[i] = static_cast<real>(low + (high - low) * static_cast<double>(i) /
                                       static_cast<double>(count - 1));
  }
  return x;
}

constexpr auto kEpsilon = static_cast<double>(std::numeric_limits<real>::epsilon());

}  // namespace

TEST_CASE("elementwise functions are exact to a few units in the last place") {
  const std::vector<real> x = points(-9.0, 9.0, 4001);
  for (const Function& f : functions()) {
    INFO(f.name);
    std::vector<real> y(x.size());
    f.kernel(static_cast<Index>(x.size()), x.data(), y.data());
    double worst = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double exact = f.exact(static_cast<double>(x[i]));
      const double size = std::max(std::abs(exact), 1e-2);
      worst = std::max(worst, std::abs(static_cast<double>(y[i]) - exact) / size);
    }
    CHECK(worst <= 64 * kEpsilon);
  }
}

TEST_CASE("a number's result depends neither on where it stands nor on how many there are") {
  const std::vector<real> x = points(-6.0, 5.0, 67);
  for (const Function& f : functions()) {
    INFO(f.name);
    std::vector<real> all(x.size());
    f.kernel(static_cast<Index>(x.size()), x.data(), all.data());
    for (std::size_t first = 0; first < x.size(); ++first) {
      for (std::size_t count = 1; first + count <= x.size(); count += 5) {
        std::vector<real> some(count + 1, real(-77));
        f.kernel(static_cast<Index>(count), x.data() + first, some.data());
        const bool same = std::equal(some.begin(), some.end() - 1, all.data() + first);
        REQUIRE(same);
        REQUIRE(some[count] == real(-77));  // nothing behind the end is written
      }
    }
  }
}

TEST_CASE("elementwise functions work in place and let NaN through") {
  for (const Function& f : functions()) {
    INFO(f.name);
    std::vector<real> x = points(-3.0, 3.0, 37), y(x.size());
    x[36] = std::numeric_limits<real>::quiet_NaN();
    f.kernel(37, x.data(), y.data());
    CHECK(std::isnan(y[36]));
    f.kernel(37, x.data(), x.data());
    CHECK(std::equal(x.begin(), x.end() - 1, y.begin()));
  }
}

TEST_CASE("elementwise functions at the ends of their range") {
  const real far[2] = {real(-200), real(200)};
  real y[2];
  elementwise::sigmoid(2, far, y);
  CHECK(static_cast<double>(y[0]) == doctest::Approx(0.0));
  CHECK(y[1] == real{1});
  elementwise::softplus(2, far, y);
  CHECK(static_cast<double>(y[0]) == doctest::Approx(0.0));
  CHECK(y[1] == real{200});
  elementwise::tanh(2, far, y);
  CHECK(y[0] == real{-1});
  CHECK(y[1] == real{1});
  elementwise::gelu(2, far, y);
  CHECK(y[0] == real{0});
  CHECK(y[1] == real{200});
}

TEST_CASE("softmax and log_sum_exp agree with sums in double, for any length") {
  for (const std::size_t n : {1U, 7U, 10U, 16U, 26U, 33U, 1000U}) {
    std::vector<real> x = points(-4.0, 3.5, std::max<std::size_t>(n, 2)), p(n);
    x.resize(n);
    double sum = 0.0;
    for (const real number : x) sum += std::exp(static_cast<double>(number));
    const auto total = elementwise::softmax(static_cast<Index>(n), x.data(), p.data());
    const auto again = elementwise::log_sum_exp(static_cast<Index>(n), x.data());
    CHECK(total.maximum == *std::max_element(x.begin(), x.end()));
    CHECK(static_cast<double>(total.maximum) + total.log_of_sum ==
          doctest::Approx(std::log(sum)).epsilon(8 * kEpsilon));
    CHECK(again.log_of_sum == total.log_of_sum);
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(static_cast<double>(p[i]) ==
            doctest::Approx(std::exp(static_cast<double>(x[i])) / sum).epsilon(16 * kEpsilon));
    }
  }
}

TEST_CASE("softmax survives large numbers and shows NaN") {
  const real x[3] = {real(3e4), real(3e4), real(-3e4)};
  real p[3];
  elementwise::softmax(3, x, p);
  CHECK(p[0] == real(0.5));
  CHECK(p[2] == real{0});
  const real bad[3] = {real{1}, std::numeric_limits<real>::quiet_NaN(), real{2}};
  elementwise::softmax(3, bad, p);
  CHECK(std::isnan(p[0]));
  CHECK(std::isnan(elementwise::log_sum_exp(3, bad).log_of_sum));
}

}  // namespace espalier
