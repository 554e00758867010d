#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/ops/op_model.hpp"
#include "espalier/error.hpp"

namespace espalier::test {

namespace {

constexpr Index kLargest = std::numeric_limits<Index>::max();

/// A tape with one stream of 4 rows, and values to misuse.
struct Bad {
  Tape tape{/*training=*/true};
  Var real_of(const Shape& row) { return tape.input("x", row, Dtype::floating, {{0, 4}}); }
  Var integers(const Shape& row) { return tape.input("i", row, Dtype::integer, {{0, 4}}); }
  Parameter& parameter(const Shape& shape) {
    owned.push_back(std::make_unique<OwnedParameter>("p", shape));
    return owned.back()->parameter;
  }
  Buffer* buffer(const Shape& shape) {
    buffers.push_back(std::make_unique<OwnedBuffer>("b", shape, real{0}));
    return &buffers.back()->buffer;
  }
  std::vector<std::unique_ptr<OwnedParameter>> owned;
  std::vector<std::unique_ptr<OwnedBuffer>> buffers;
};

struct ErrorCase {
  const char* message;
  std::function<void(Bad&)> record;
};

void check_messages(const std::vector<ErrorCase>& cases) {
  for (const ErrorCase& c : cases) {
    INFO(c.message);
    Bad bad;
    CHECK_THROWS_WITH_AS(c.record(bad), c.message, ShapeError);
  }
}

}  // namespace

TEST_CASE("linear, conv2d and embedding name the shapes that do not fit") {
  check_messages({
      {"[linear] expected weight (O, 3) for features (4, 3), found (5, 2)",
       [](Bad& b) {
         linear(b.tape, b.real_of({3}), b.parameter({5, 2}), nullptr);
       }},
      {"[linear] expected bias (5), found (3)",
       [](Bad& b) {
         linear(b.tape, b.real_of({3}), b.parameter({5, 3}), &b.parameter({3}));
       }},
      {"[linear] expected rows of features (N, ..., I), found (4)",
       [](Bad& b) {
         linear(b.tape, b.real_of({}), b.parameter({5, 1}), nullptr);
       }},
      {"[linear] expected real numbers, found integers",
       [](Bad& b) {
         linear(b.tape, b.integers({3}), b.parameter({5, 3}), nullptr);
       }},
      {"[conv2d] expected images (N, H, W, C), found (4, 7)",
       [](Bad& b) {
         conv2d(b.tape, b.real_of({7}), b.parameter({2, 3, 3, 7}), nullptr);
       }},
      {"[conv2d] expected weight (O, KH, KW, 2) for images (4, 5, 5, 2), found (3, 3, 3, 1)",
       [](Bad& b) {
         conv2d(b.tape, b.real_of({5, 5, 2}), b.parameter({3, 3, 3, 1}), nullptr);
       }},
      {"[conv2d] expected bias (3), found (2)",
       [](Bad& b) {
         conv2d(b.tape, b.real_of({5, 5, 2}), b.parameter({3, 3, 3, 2}), &b.parameter({2}));
       }},
      {"[conv2d] expected a kernel that fits images (4, 2, 5, 1) with padding 0, found (3, 3)",
       [](Bad& b) {
         conv2d(b.tape, b.real_of({2, 5, 1}), b.parameter({2, 3, 3, 1}), nullptr);
       }},
      {"[conv2d] expected a stride of at least 1, found 0",
       [](Bad& b) {
         conv2d(b.tape, b.real_of({5, 5, 1}), b.parameter({2, 3, 3, 1}), nullptr, {.stride = 0});
       }},
      {"[conv2d] expected a padding of at least 0, found -1",
       [](Bad& b) {
         conv2d(b.tape, b.real_of({5, 5, 1}), b.parameter({2, 3, 3, 1}), nullptr, {.padding = -1});
       }},
      {"[conv2d] expected a padding of at most 1048576, found 9223372036854775807",
       [](Bad& b) {
         conv2d(b.tape, b.real_of({5, 5, 1}), b.parameter({2, 3, 3, 1}), nullptr,
                {.padding = kLargest});
       }},
      {"[conv2d] expected real numbers, found integers",
       [](Bad& b) {
         conv2d(b.tape, b.integers({5, 5, 1}), b.parameter({2, 3, 3, 1}), nullptr);
       }},
      {"[embedding] expected integer tokens, found real numbers",
       [](Bad& b) {
         embedding(b.tape, b.real_of({3}), b.parameter({5, 2}));
       }},
      {"[embedding] expected a table (V, D), found (5)",
       [](Bad& b) { embedding(b.tape, b.integers({3}), b.parameter({5})); }},
  });
}

TEST_CASE("normalisations name the parameter or stream that is wrong") {
  const auto statistics = [](Bad& b, Index channels) {
    return std::vector<RunningStatistics>{{0, b.buffer({channels}), b.buffer({channels})}};
  };
  check_messages({
      {"[batch_norm] expected rows of channels (N, ..., C), found (4)",
       [&](Bad& b) {
         batch_norm(b.tape, b.real_of({}), b.parameter({1}), b.parameter({1}), statistics(b, 1));
       }},
      {"[batch_norm] expected scale (7), found (3)",
       [&](Bad& b) {
         batch_norm(b.tape, b.real_of({7}), b.parameter({3}), b.parameter({7}), statistics(b, 7));
       }},
      {"[batch_norm] expected shift (7), found (1, 7)",
       [&](Bad& b) {
         batch_norm(b.tape, b.real_of({7}), b.parameter({7}), b.parameter({1, 7}),
                    statistics(b, 7));
       }},
      {"[batch_norm] expected running statistics (7), found (6)",
       [&](Bad& b) {
         batch_norm(b.tape, b.real_of({7}), b.parameter({7}), b.parameter({7}), statistics(b, 6));
       }},
      {"[batch_norm] expected running statistics of stream 0 once, found 0 of them",
       [&](Bad& b) { batch_norm(b.tape, b.real_of({7}), b.parameter({7}), b.parameter({7}), {}); }},
      {"[batch_norm] expected real numbers, found integers",
       [&](Bad& b) {
         batch_norm(b.tape, b.integers({7}), b.parameter({7}), b.parameter({7}), statistics(b, 7));
       }},
      {"[layer_norm] expected rows of features (N, ..., C), found (4)",
       [](Bad& b) { layer_norm(b.tape, b.real_of({}), b.parameter({1}), b.parameter({1})); }},
      {"[layer_norm] expected scale (7), found (3)",
       [](Bad& b) { layer_norm(b.tape, b.real_of({7}), b.parameter({3}), b.parameter({7})); }},
      {"[layer_norm] expected shift (7), found (3)",
       [](Bad& b) { layer_norm(b.tape, b.real_of({7}), b.parameter({7}), b.parameter({3})); }},
      {"[layer_norm] expected real numbers, found integers",
       [](Bad& b) { layer_norm(b.tape, b.integers({7}), b.parameter({7}), b.parameter({7})); }},
  });
}

TEST_CASE("elementwise ops refuse integers and unequal shapes") {
  check_messages({
      {"[relu] expected real numbers, found integers",
       [](Bad& b) { relu(b.tape, b.integers({3})); }},
      {"[tanh] expected real numbers, found integers",
       [](Bad& b) { tanh(b.tape, b.integers({3})); }},
      {"[sigmoid] expected real numbers, found integers",
       [](Bad& b) { sigmoid(b.tape, b.integers({3})); }},
      {"[gelu] expected real numbers, found integers",
       [](Bad& b) { gelu(b.tape, b.integers({3})); }},
      {"[scale] expected real numbers, found integers",
       [](Bad& b) { scale(b.tape, b.integers({3}), 2.0); }},
      {"[add] expected a second value (4, 3), found (4, 2)",
       [](Bad& b) { add(b.tape, b.real_of({3}), b.real_of({2})); }},
      {"[multiply] expected a second value (4, 3), found (4, 3, 1)",
       [](Bad& b) {
         multiply(b.tape, b.real_of({3}), b.real_of({3, 1}));
       }},
      {"[multiply] expected real numbers, found integers",
       [](Bad& b) { multiply(b.tape, b.real_of({3}), b.integers({3})); }},
      {"[dropout] expected a rate from 0 to below 1, found 1",
       [](Bad& b) { dropout(b.tape, b.real_of({3}), 1.0, {}); }},
      {"[dropout] expected a rate from 0 to below 1, found nan",
       [](Bad& b) { dropout(b.tape, b.real_of({3}), std::nan(""), {}); }},
      {"[dropout] expected random numbers of stream 0 once, found 0 of them",
       [](Bad& b) {
         dropout(b.tape, b.real_of({3}), 0.5, {{1, RandomStream(1, "a")}});
       }},
      {"[dropout] expected real numbers, found integers",
       [](Bad& b) {
         dropout(b.tape, b.integers({3}), 0.5, {{0, RandomStream(1, "a")}});
       }},
      {"[softmax] expected rows of scores (N, ..., C), found (4)",
       [](Bad& b) { softmax(b.tape, b.real_of({})); }},
      {"[log_softmax] expected rows of scores (N, ..., C), found (4)",
       [](Bad& b) { log_softmax(b.tape, b.real_of({})); }},
  });
}

TEST_CASE("pooling names kernels that do not fit") {
  check_messages({
      {"[max_pool] expected images (N, H, W, C), found (4, 9)",
       [](Bad& b) { max_pool(b.tape, b.real_of({9})); }},
      {"[max_pool] expected a kernel from 1 to 15, found 16",
       [](Bad& b) {
         max_pool(b.tape, b.real_of({20, 20, 1}), {.kernel = 16});
       }},
      {"[max_pool] expected a kernel from 1 to 15, found 0",
       [](Bad& b) {
         max_pool(b.tape, b.real_of({20, 20, 1}), {.kernel = 0});
       }},
      {"[max_pool] expected a padding below the kernel 2, found 2",
       [](Bad& b) {
         max_pool(b.tape, b.real_of({5, 5, 1}), {.kernel = 2, .padding = 2});
       }},
      {"[max_pool] expected a kernel that fits images (4, 2, 5, 1) with padding 0, found (3, 3)",
       [](Bad& b) {
         max_pool(b.tape, b.real_of({2, 5, 1}), {.kernel = 3});
       }},
      {"[max_pool] expected a stride of at least 1, found -1",
       [](Bad& b) {
         max_pool(b.tape, b.real_of({5, 5, 1}), {.stride = -1});
       }},
      {"[average_pool] expected images (N, H, W, C), found (4, 9)",
       [](Bad& b) { average_pool(b.tape, b.real_of({9})); }},
      {"[average_pool] expected a kernel from 1 to 5, found 6",
       [](Bad& b) {
         average_pool(b.tape, b.real_of({2, 5, 1}), {.kernel = 6});
       }},
      {"[average_pool] expected a kernel that fits images (4, 2, 5, 1) with padding 0, found "
       "(3, 3)",
       [](Bad& b) {
         average_pool(b.tape, b.real_of({2, 5, 1}), {.kernel = 3});
       }},
      {"[average_pool] expected a padding of at most 1048576, found 9223372036854775807",
       [](Bad& b) {
         average_pool(b.tape, b.real_of({5, 5, 1}), {.padding = kLargest});
       }},
      {"[average_pool] expected real numbers, found integers",
       [](Bad& b) {
         average_pool(b.tape, b.integers({5, 5, 1}));
       }},
  });
}

TEST_CASE("shape ops name the axis or range that is wrong") {
  check_messages({
      {"[reshape] expected rows of 12 numbers for (4, 3, 4), found (5, 2)",
       [](Bad& b) {
         reshape(b.tape, b.real_of({3, 4}), {5, 2});
       }},
      // 4 (2^62 + 3) is 12 where the product wraps.
      {"[reshape] expected rows of 12 numbers for (4, 3, 4), found (4611686018427387907, 4)",
       [](Bad& b) {
         reshape(b.tape, b.real_of({3, 4}), {4611686018427387907, 4});
       }},
      {"[flatten] expected real numbers, found integers",
       [](Bad& b) {
         flatten(b.tape, b.integers({3, 4}));
       }},
      {"[concat] expected at least one part, found none", [](Bad& b) { concat(b.tape, {}, 1); }},
      {"[concat] expected an axis of (4, 3) behind its rows, found 0",
       [](Bad& b) {
         concat(b.tape, {b.real_of({3}), b.real_of({3})}, 0);
       }},
      {"[concat] expected parts like (4, 3, 2) except along axis 1, found (4, 3, 1)",
       [](Bad& b) {
         concat(b.tape, {b.real_of({3, 2}), b.real_of({3, 1})}, 1);
       }},
      {"[concat] expected parts like (4, 3) except along axis 1, found (4, 3, 1)",
       [](Bad& b) {
         concat(b.tape, {b.real_of({3}), b.real_of({3, 1})}, -1);
       }},
      {"[slice] expected an axis of (4, 3) behind its rows, found -2",
       [](Bad& b) { slice(b.tape, b.real_of({3}), -2, 0, 1); }},
      {"[slice] expected a range within axis 1 of (4, 3), found [2, 4)",
       [](Bad& b) { slice(b.tape, b.real_of({3}), 1, 2, 2); }},
      {"[slice] expected a range within axis 1 of (4, 3), found [1, 1)",
       [](Bad& b) { slice(b.tape, b.real_of({3}), 1, 1, 0); }},
      {"[mean] expected an axis of (4, 3) behind its rows, found 2",
       [](Bad& b) { mean(b.tape, b.real_of({3}), 2); }},
      {"[mean] expected an axis of (4) behind its rows, found 1",
       [](Bad& b) { mean(b.tape, b.real_of({}), 1); }},
      {"[mean] expected real numbers, found integers",
       [](Bad& b) { mean(b.tape, b.integers({3})); }},
  });
}

TEST_CASE("losses name predictions and targets that do not fit") {
  check_messages({
      {"[cross_entropy] expected logits (N, C), found (4, 3, 2)",
       [](Bad& b) {
         cross_entropy(b.tape, b.real_of({3, 2}), b.integers({}));
       }},
      {"[cross_entropy] expected integer labels, found real numbers",
       [](Bad& b) { cross_entropy(b.tape, b.real_of({3}), b.real_of({})); }},
      {"[cross_entropy] expected labels (4) or (4, 1) for logits (4, 3), found (4, 2)",
       [](Bad& b) { cross_entropy(b.tape, b.real_of({3}), b.integers({2})); }},
      {"[cross_entropy] expected a smoothing from 0 to below 1, found 1",
       [](Bad& b) { cross_entropy(b.tape, b.real_of({3}), b.integers({}), 1.0); }},
      {"[binary_cross_entropy] expected targets (4, 3), found (4)",
       [](Bad& b) { binary_cross_entropy(b.tape, b.real_of({3}), b.real_of({})); }},
      {"[mean_squared_error] expected targets (4, 3), found (4, 1)",
       [](Bad& b) { mean_squared_error(b.tape, b.real_of({3}), b.real_of({1})); }},
      {"[l1] expected targets (4, 3), found (4, 3, 1)",
       [](Bad& b) {
         l1(b.tape, b.real_of({3}), b.real_of({3, 1}));
       }},
      {"[huber] expected real numbers, found integers",
       [](Bad& b) { huber(b.tape, b.real_of({3}), b.integers({3})); }},
      {"[huber] expected a delta above 0, found 0",
       [](Bad& b) { huber(b.tape, b.real_of({3}), b.real_of({3}), 0.0); }},
  });
}

}  // namespace espalier::test
