#include "op_table.hpp"

namespace espalier::bench {

// A line an op. Passes are counted so: r reads, w writes of x, dx (input), y, dy (output).
const std::vector<OpCase>& op_table() {
  using Inputs = std::span<const Var>;
  static const Shape kImage = {28, 28, 32}, kMiddle = {14, 14, 32}, kSmall = {12, 12, 10};
  static const Shape kGrey = {28, 28, 1}, kVector = {1024}, kLong = {3136};
  static const std::vector<OpCase> kTable = {
      // matrix products: forward, input gradient, parameter gradient
      {"linear_1024_1024", kVector, 1, 0, 0,
       [](const Net& n, Inputs x) { return linear(n, "l", x[0], {.units = 1024}); }},
      {"linear_3136_4096", kLong, 1, 0, 0,
       [](const Net& n, Inputs x) { return linear(n, "l", x[0], {.units = 4096}); }},
      {"linear_1024_10", kVector, 1, 0, 0,
       [](const Net& n, Inputs x) { return linear(n, "l", x[0], {.units = 10}); }},
      {"conv_3x3_32_64", kMiddle, 1, 0, 0,
       [](const Net& n, Inputs x) { return conv(n, "c", x[0], {.channels = 64}); }},
      {"conv_3x3_1_32", kGrey, 1, 0, 0,
       [](const Net& n, Inputs x) { return conv(n, "c", x[0], {.channels = 32}); }},
      {"conv_5x5_10_20", kSmall, 1, 0, 0,
       [](const Net& n, Inputs x) { return conv(n, "c", x[0], {.channels = 20, .kernel = 5}); }},
      // x r, y w; dy r, dx w
      {"max_pool_2", kImage, 1, 2, 2, [](const Net& n, Inputs x) { return max_pool(n, x[0]); }},
      {"average_pool_2", kImage, 1, 2, 2,
       [](const Net& n, Inputs x) { return average_pool(n, x[0]); }},
      {"mean_axis", kImage, 1, 2, 2, [](const Net& n, Inputs x) { return mean(n, x[0], 1); }},
      {"scale", kImage, 1, 2, 2, [](const Net& n, Inputs x) { return scale(n, x[0], 0.5); }},
      {"dropout", kImage, 1, 2, 2,
       [](const Net& n, Inputs x) { return dropout(n, "d", x[0], 0.5); }},
      // x r, y w; dy r, y r, dx w
      {"relu", kImage, 1, 2, 3, [](const Net& n, Inputs x) { return relu(n, x[0]); }},
      {"tanh", kImage, 1, 2, 3, [](const Net& n, Inputs x) { return tanh(n, x[0]); }},
      {"sigmoid", kImage, 1, 2, 3, [](const Net& n, Inputs x) { return sigmoid(n, x[0]); }},
      {"softmax", kVector, 1, 2, 3, [](const Net& n, Inputs x) { return softmax(n, x[0]); }},
      {"log_softmax", kVector, 1, 2, 3,
       [](const Net& n, Inputs x) { return log_softmax(n, x[0]); }},
      // x r, y w; dy r, x r, dx w
      {"gelu", kImage, 1, 3, 2, [](const Net& n, Inputs x) { return gelu(n, x[0]); }},
      {"layer_norm", kVector, 1, 3, 2,
       [](const Net& n, Inputs x) { return layer_norm(n, "ln", x[0]); }},
      // statistics, then y: x r r, y w; sums, then dx: x r r, dy r r, dx w
      {"batch_norm", kImage, 1, 5, 3,
       [](const Net& n, Inputs x) { return batch_norm(n, "b", x[0]); }},
      // of each of two inputs: x r, dx w; y w, dy r once
      {"add", kImage, 2, 4, 2, [](const Net& n, Inputs x) { return add(n, x[0], x[1]); }},
      {"concat", kImage, 2, 4, 2,
       [](const Net& n, Inputs x) {
         return concat(n, {x[0], x[1]}, -1);
       }},
      // the same, and both x r again
      {"multiply", kImage, 2, 6, 2, [](const Net& n, Inputs x) { return multiply(n, x[0], x[1]); }},
  };
  return kTable;
}

}  // namespace espalier::bench
