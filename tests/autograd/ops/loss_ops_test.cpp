#include <algorithm>
#include <cmath>

#include "autograd/ops/op_values.hpp"
#include "espalier/error.hpp"

namespace espalier::test {

namespace {

const double kNaN = std::nan("");

using Record = Var (*)(Tape&, Var, Var);

/// A loss of two columns of numbers.
double loss_of(Record record, const std::vector<double>& prediction,
               const std::vector<double>& target) {
  Values v;
  const auto rows = static_cast<Index>(prediction.size());
  const Var p = v.input(rows, {}, prediction), t = v.input(rows, {}, target);
  return v.run(record(v.tape(), p, t))[0];
}

double cross_entropy_of(const std::vector<double>& logits, const std::vector<std::int32_t>& labels,
                        double smoothing = 0.0) {
  Values v;
  const auto rows = static_cast<Index>(labels.size());
  const Var x = v.input(rows, {3}, logits);
  return v.run(cross_entropy(v.tape(), x, v.integers(rows, {}, labels), smoothing))[0];
}

}  // namespace

TEST_CASE("cross_entropy is the mean of -log p over labelled rows") {
  const std::vector<double> logits = {std::log(1.0), std::log(2.0), std::log(5.0),  // p .125 .25 ..
                                      3.0,           3.0,           3.0};
  CHECK(cross_entropy_of(logits, {1, 0}) ==
        doctest::Approx((std::log(4.0) + std::log(3.0)) / 2).epsilon(1e-12));
  CHECK(cross_entropy_of(logits, {2, -1}) == doctest::Approx(-std::log(0.625)).epsilon(1e-12));
  CHECK(cross_entropy_of(logits, {-1, -1}) == 0.0);
}

TEST_CASE("cross_entropy with smoothing aims at (1 - s) one-hot + s / C") {
  const std::vector<double> logits = {std::log(1.0), std::log(2.0), std::log(5.0)};
  const double even = -(std::log(0.125) + std::log(0.25) + std::log(0.625)) / 3;
  CHECK(cross_entropy_of(logits, {0}, 0.3) ==
        doctest::Approx(0.7 * std::log(8.0) + 0.3 * even).epsilon(1e-12));
}

TEST_CASE("cross_entropy survives large logits and keeps small losses") {
  CHECK(cross_entropy_of({1e4, 0.0, -1e4}, {2}) == doctest::Approx(2e4));
  CHECK(cross_entropy_of({40.0, 0.0, -1e4}, {0}) == doctest::Approx(std::exp(-40.0)).epsilon(1e-3));
}

TEST_CASE("cross_entropy refuses labels out of range") {
  CHECK_THROWS_WITH_AS(cross_entropy_of({1, 2, 3, 1, 2, 3}, {0, 3}),
                       "[cross_entropy] expected labels below 3, found 3 in row 1", RunFailure);
  CHECK_THROWS_WITH_AS(cross_entropy_of({1, 2, 3}, {-2}),
                       "[cross_entropy] expected labels below 3, found -2 in row 0", RunFailure);
}

TEST_CASE("binary_cross_entropy at known points, without overflow") {
  CHECK(loss_of(binary_cross_entropy, {0.0}, {0.3}) == doctest::Approx(std::log(2.0)));
  const double z = 1.5, p = 1 / (1 + std::exp(-z));
  CHECK(loss_of(binary_cross_entropy, {z, 7.0}, {0.2, kNaN}) ==
        doctest::Approx(-0.2 * std::log(p) - 0.8 * std::log(1 - p)).epsilon(1e-12));
  CHECK(loss_of(binary_cross_entropy, {1e4, -1e4}, {0.0, 1.0}) == doctest::Approx(1e4));
  CHECK(loss_of(binary_cross_entropy, {20.0}, {1.0}) ==
        doctest::Approx(std::log1p(std::exp(-20.0))).epsilon(1e-12));
  CHECK_THROWS_WITH_AS(loss_of(binary_cross_entropy, {0.0}, {1.5}),
                       "[binary_cross_entropy] expected targets from 0 to 1, found 1.5",
                       RunFailure);
}

TEST_CASE("squared, absolute and Huber errors over labelled elements") {
  const std::vector<double> prediction = {1.0, -2.0, 5.0, 0.25}, target = {0.5, 1.0, kNaN, 0.25};
  CHECK(loss_of(mean_squared_error, prediction, target) == doctest::Approx((0.25 + 9.0) / 3));
  CHECK(loss_of(l1, prediction, target) == doctest::Approx((0.5 + 3.0) / 3));
  const auto huber1 = [](Tape& tape, Var p, Var t) { return huber(tape, p, t, 1.0); };
  CHECK(loss_of(huber1, prediction, target) == doctest::Approx((0.125 + 2.5) / 3));
  const auto huber4 = [](Tape& tape, Var p, Var t) { return huber(tape, p, t, 4.0); };
  CHECK(loss_of(huber4, prediction, target) == doctest::Approx((0.125 + 4.5) / 3));
}

TEST_CASE("a loss without any label is 0, and a broken prediction is seen") {
  for (const Record record :
       {Record{mean_squared_error}, Record{l1}, Record{binary_cross_entropy}}) {
    CHECK(loss_of(record, {1.0, 2.0}, {kNaN, kNaN}) == 0.0);
    CHECK(std::isnan(loss_of(record, {1.0, kNaN}, {0.5, 0.5})));
  }
}

TEST_CASE("the slope of l1 and huber at their kink is 0") {
  for (const bool absolute : {false, true}) {
    Tape tape(/*training=*/true);
    const Var rows = tape.input("x", {}, Dtype::floating, {{0, 2}});
    const Var target = tape.input("t", {}, Dtype::floating, {{0, 2}});
    OwnedParameter x("x", {2});
    x.numbers = {3, 1};
    x.parameter.value.data = x.numbers.data();
    const Var p = leaf(tape, rows, x.parameter);
    tape.loss(0, absolute ? l1(tape, p, target) : huber(tape, p, target));
    Plan plan(std::move(tape));
    std::ranges::fill(plan.value(target).span(), real{3});
    plan.forward(0);
    plan.backward(std::vector<double>{2.0}, std::vector<double>{1.0});
    plan.weigh(std::vector<double>{1.0}, std::vector<double>{1.0});
    std::vector<real> dx(2);
    REQUIRE(plan.gradient(x.parameter, {.data = dx.data(), .alpha = 1.0, .beta = 0.0}));
    CHECK(dx == std::vector<real>{0, -1});
  }
}

}  // namespace espalier::test
