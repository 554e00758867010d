#include <algorithm>
#include <cmath>
#include <numeric>

#include "autograd/ops/op_values.hpp"

namespace espalier::test {

namespace {

std::vector<double> counting(Index n) {
  std::vector<double> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 1.0);
  return numbers;
}

}  // namespace

TEST_CASE("linear is x W' + b") {
  Values v;
  Parameter& w = v.parameter({2, 3}, {1, 0, -1, 2, 1, 0});
  Parameter& b = v.parameter({2}, {10, 20});
  check_near(v.run(linear(v.tape(), v.input(2, {3}, {1, 2, 3, 4, 5, 6}), w, &b)), {8, 24, 8, 33});
}

TEST_CASE("conv2d correlates, with zeros around the image") {
  Values v;
  Parameter& w = v.parameter({1, 3, 3, 1}, {0, 1, 0, 0, 0, 2, 0, 0, 0});  // above + 2 right
  Parameter& b = v.parameter({1}, {0.5});
  const Var x = v.input(1, {2, 3, 1}, {1, 2, 3, 4, 5, 6});
  check_near(v.run(conv2d(v.tape(), x, w, &b, {.stride = 1, .padding = 1})),
             {4.5, 6.5, 0.5, 11.5, 14.5, 3.5});
}

TEST_CASE("conv2d at stride 2 over two channels") {
  Values v;
  Parameter& w = v.parameter({2, 1, 2, 2}, {1, 0, 0, 1, 0, 1, 0, 0});
  const Var x = v.input(1, {1, 4, 2}, counting(8));
  // first unit: channel 0 of the left pixel + channel 1 of the right one; second: channel 1 left
  check_near(v.run(conv2d(v.tape(), x, w, nullptr, {.stride = 2})), {5, 2, 13, 6});
}

TEST_CASE("conv2d over more images than fit one chunk of columns") {
  constexpr Index kImages = 40, kSide = 32, kChannels = 4;  // 40 x 1024 x 36 columns
  Values v;
  std::vector<double> numbers(static_cast<std::size_t>(kImages * kSide * kSide * kChannels));
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(i % 101);
  Parameter& w = v.parameter({1, 3, 3, kChannels}, std::vector<double>(9 * kChannels, 1.0));
  const Var x = v.input(kImages, {kSide, kSide, kChannels}, numbers);
  const auto y = v.run(conv2d(v.tape(), x, w, nullptr, {.stride = 1, .padding = 1}));
  for (const Index image : {Index{0}, Index{17}, kImages - 1}) {
    for (const Index at : {Index{0}, Index{33}, kSide * kSide - 1}) {
      double sum = 0.0;
      for (Index py = at / kSide - 1; py <= at / kSide + 1; ++py) {
        for (Index px = at % kSide - 1; px <= at % kSide + 1; ++px) {
          if (py < 0 || px < 0 || py >= kSide || px >= kSide) continue;
          for (Index c = 0; c < kChannels; ++c) {
            sum += numbers[static_cast<std::size_t>(
                ((image * kSide + py) * kSide + px) * kChannels + c)];
          }
        }
      }
      CHECK(y[static_cast<std::size_t>(image * kSide * kSide + at)] == doctest::Approx(sum));
    }
  }
}

TEST_CASE("max_pool takes the largest under the window, the border never wins") {
  Values v, w;
  check_near(v.run(max_pool(v.tape(), v.input(1, {2, 4, 1}, {1, -5, -3, -4, 0, 7, -2, -1}))),
             {7, -1});
  const Var x = w.input(1, {3, 3, 1}, {-9, -8, -7, -6, -5, -4, -3, -2, -1});
  check_near(w.run(max_pool(w.tape(), x, {.kernel = 3, .stride = 2, .padding = 1})),
             {-5, -4, -2, -1});
}

TEST_CASE("max_pool shows NaN wherever it stands in the window") {
  for (const Index kernel : {2, 4}) {
    for (Index at = 0; at < kernel * kernel; ++at) {
      Values v;
      std::vector<double> numbers(static_cast<std::size_t>(kernel * kernel), 1.0);
      numbers[static_cast<std::size_t>(at)] = std::nan("");
      const Var x = v.input(1, {kernel, kernel, 1}, numbers);
      CHECK(std::isnan(v.run(max_pool(v.tape(), x, {.kernel = kernel}))[0]));
    }
  }
}

TEST_CASE("the first of equal maxima receives the gradient") {
  for (const Index stride : {2, 1}) {  // both ways through the code
    Tape tape(/*training=*/true);
    const Var rows = tape.input("x", {2, 2, 1}, Dtype::floating, {{0, 1}});
    OwnedParameter x("x", {1, 2, 2, 1});
    x.numbers = {1, 3, 3, 3};
    x.parameter.value.data = x.numbers.data();
    const Var y = max_pool(tape, leaf(tape, rows, x.parameter), {.kernel = 2, .stride = stride});
    tape.loss(0, mean(tape, y));
    Plan plan(std::move(tape));
    plan.forward(0);
    plan.backward(std::vector<double>{2.0}, std::vector<double>{1.0});
    plan.weigh(std::vector<double>{1.0}, std::vector<double>{1.0});
    std::vector<real> dx(4);
    REQUIRE(plan.gradient(x.parameter, {.data = dx.data(), .alpha = 1.0, .beta = 0.0}));
    CHECK(dx == std::vector<real>{0, 2, 0, 0});
  }
}

TEST_CASE("average_pool divides by the pixels under the window, not by its size") {
  Values v, w;
  check_near(v.run(average_pool(v.tape(), v.input(1, {2, 2, 2}, counting(8)))), {4, 5});
  const Var x = w.input(1, {3, 3, 1}, counting(9));
  check_near(w.run(average_pool(w.tape(), x, {.kernel = 3, .stride = 2, .padding = 1})),
             {3, 4, 6, 7});
}

}  // namespace espalier::test
