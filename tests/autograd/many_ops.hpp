#pragma once

#include <string>
#include <vector>

#include "autograd/task_model.hpp"

namespace espalier::test {

/// Nearly every op, with branches that join, values read twice, and in-place chains.
inline Var many_ops(Tape& tape, ParameterStore& s, Var x) {
  x = conv2d(tape, x, parameter(s, "c1/weight", {4, 3, 3, 2}), &parameter(s, "c1/bias", {4}),
             {.stride = 1, .padding = 1});
  std::vector<RunningStatistics> statistics;
  for (const Part& part : tape.value(x).parts) {
    const std::string name = "running/" + std::to_string(part.stream);
    statistics.push_back({part.stream, &s.buffer(name + "/mean", {4}, 0.0),
                          &s.buffer(name + "/variance", {4}, 1.0)});
  }
  x = batch_norm(tape, x, parameter(s, "bn/scale", {4}), parameter(s, "bn/shift", {4}), statistics);
  x = scale(tape, relu(tape, x), 0.7);
  const Var pooled = max_pool(tape, x, {.kernel = 2});
  const Var averaged = average_pool(tape, x, {.kernel = 2});
  x = concat(tape, {pooled, add(tape, pooled, averaged)}, -1);
  x = conv2d(tape, gelu(tape, x), parameter(s, "c2/weight", {6, 2, 2, 8}), nullptr);
  const Var flat = flatten(tape, x);
  std::vector<StreamRandom> randoms;
  for (const Part& part : tape.value(x).parts) {
    randoms.push_back({part.stream, RandomStream(9, "drop/" + std::to_string(part.stream))});
  }
  const Var dropped = dropout(tape, relu(tape, dense(tape, s, flat, "d1", 10)), 0.3, randoms);
  const Var gate = sigmoid(tape, dense(tape, s, flat, "gate", 10));
  x = multiply(tape, dropped, gate);
  x = layer_norm(tape, add(tape, x, tanh(tape, gate)), parameter(s, "ln/scale", {10}),
                 parameter(s, "ln/shift", {10}));
  x = add(tape, slice(tape, x, 1, 0, 5), slice(tape, softmax(tape, x), 1, 5, 5));
  x = reshape(tape, x, {5, 1});
  return mean(tape, add(tape, x, scale(tape, x, 2.0)), 2);
}

}  // namespace espalier::test
