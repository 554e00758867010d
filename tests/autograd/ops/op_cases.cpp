#include "autograd/ops/op_cases.hpp"

#include <array>

#include "autograd/ops/channel_dropout.hpp"

namespace espalier::test {

namespace {

using R = const Recording&;

// The streams of x, stacked from the last to the first.
Var turned(Tape& tape, Var x) {
  std::vector<int> streams;
  for (const Part& part : tape.value(x).parts) streams.push_back(part.stream);
  std::vector<Var> parts;
  for (const int stream : streams) parts.push_back(tape.rows(x, {stream}));
  return stack(tape, {parts.rbegin(), parts.rend()});
}

InputSpec real_row(const Shape& row) { return {.row = row}; }
InputSpec distinct_row(const Shape& row) { return {.row = row, .distinct = true}; }
InputSpec integer_row(const Shape& row, Index bound) {
  return {.row = row, .dtype = Dtype::integer, .bound = bound};
}
InputSpec wide_row(const Shape& row) { return {.row = row, .low = -4.0, .high = 4.0}; }
InputSpec target_row(const Shape& row, bool constant) {
  return {.row = row, .low = 0.0, .high = 1.0, .constant = constant};
}

void add_with_parameters(std::vector<OpCase>& cases) {
  const auto linear_of = [](R r) {
    return linear(r.tape, r.inputs[0], *r.parameters[0],
                  r.parameters.size() > 1 ? r.parameters[1] : nullptr);
  };
  cases.push_back({"linear 7 to 33", {real_row({7})}, {{33, 7}, {33}}, linear_of, false, {}});
  cases.push_back({"linear 1 to 1", {real_row({1})}, {{1, 1}, {1}}, linear_of, false, {}});
  cases.push_back({"linear no bias", {real_row({33})}, {{7, 33}}, linear_of, false, {}});
  cases.push_back({"linear sequence", {real_row({7, 3})}, {{5, 3}, {5}}, linear_of, false, {}});

  const auto conv = [&](const char* name, const Shape& image, const Shape& weight, bool bias,
                        const Conv2dOptions& options) {
    std::vector<Shape> parameters = {weight};
    if (bias) parameters.push_back({weight[0]});
    cases.push_back({name,
                     {real_row(image)},
                     parameters,
                     [options](R r) {
                       return conv2d(r.tape, r.inputs[0], *r.parameters[0],
                                     r.parameters.size() > 1 ? r.parameters[1] : nullptr, options);
                     },
                     false,
                     {}});
  };
  conv("conv2d 3x3 same", {5, 6, 2}, {3, 3, 3, 2}, true, {.stride = 1, .padding = 1});
  conv("conv2d 3x3 one channel", {7, 5, 1}, {3, 3, 3, 1}, true, {.stride = 1, .padding = 1});
  conv("conv2d 5x5 one channel", {5, 7, 1}, {2, 5, 5, 1}, false, {.stride = 1, .padding = 2});
  conv("conv2d stride 2", {7, 5, 3}, {4, 3, 3, 3}, true, {.stride = 2, .padding = 1});
  conv("conv2d 2x3 valid", {5, 4, 3}, {2, 2, 3, 3}, false, {.stride = 1, .padding = 0});
  conv("conv2d pointwise", {3, 2, 7}, {5, 1, 1, 7}, true, {.stride = 1, .padding = 0});
  conv("conv2d 1x1 strided", {5, 3, 3}, {2, 1, 1, 3}, true, {.stride = 2, .padding = 0});
  conv("conv2d several chunks", {12, 12, 7}, {5, 3, 3, 7}, true, {.stride = 1, .padding = 1});
  conv("conv2d wide border", {2, 3, 2}, {2, 2, 2, 2}, true, {.stride = 1, .padding = 3});

  const auto norm = [](R r) {
    return batch_norm(r.tape, r.inputs[0], *r.parameters[0], *r.parameters[1], r.statistics);
  };
  cases.push_back({"batch_norm", {real_row({33})}, {{33}, {33}}, norm, false, {}});
  cases.push_back({"batch_norm images", {wide_row({2, 3, 7})}, {{7}, {7}}, norm, false, {}});
  const auto layer = [](R r) {
    return layer_norm(r.tape, r.inputs[0], *r.parameters[0], *r.parameters[1]);
  };
  cases.push_back({"layer_norm", {wide_row({33})}, {{33}, {33}}, layer, false, {}});
  cases.push_back({"layer_norm sequence", {wide_row({3, 7})}, {{7}, {7}}, layer, false, {}});
  const auto repeated = [](R r) { return parameter_rows(r.tape, r.inputs[0], *r.parameters[0]); };
  cases.push_back({"parameter_rows", {real_row({3})}, {{7, 5}}, repeated, false, {}});
  cases.push_back({"parameter_rows many", {integer_row({}, 3)}, {{300}}, repeated, false, {}});
  const auto embed = [](R r) { return embedding(r.tape, r.inputs[0], *r.parameters[0]); };
  cases.push_back({"embedding", {integer_row({7}, 5)}, {{5, 3}}, embed, false, {}});
  cases.push_back({"embedding one", {integer_row({}, 3)}, {{3, 33}}, embed, false, {}});
}

void add_elementwise(std::vector<OpCase>& cases) {
  for (const Index width : {1, 7, 33}) {
    const std::string of = " " + std::to_string(width);
    cases.push_back({"relu" + of,
                     {real_row({width})},
                     {},
                     [](R r) { return relu(r.tape, r.inputs[0]); },
                     false,
                     {0.0}});
    cases.push_back({"tanh" + of,
                     {wide_row({width})},
                     {},
                     [](R r) { return tanh(r.tape, r.inputs[0]); },
                     false,
                     {}});
    cases.push_back({"sigmoid" + of,
                     {wide_row({width})},
                     {},
                     [](R r) { return sigmoid(r.tape, r.inputs[0]); },
                     false,
                     {}});
    cases.push_back({"gelu" + of,
                     {wide_row({width})},
                     {},
                     [](R r) { return gelu(r.tape, r.inputs[0]); },
                     false,
                     {}});
  }
  cases.push_back({"gelu many",
                   {wide_row({600})},
                   {},
                   [](R r) { return gelu(r.tape, r.inputs[0]); },
                   false,
                   {}});
  const auto turn = [](R r) {
    static std::array<real, 9> numbers = {0.36, 0.48, -0.8, -0.8, 0.6, 0.0, 0.48, 0.64, 0.6};
    static Buffer matrix{"rotation", {numbers.data(), {3, 3}}};
    return rotate(r.tape, r.inputs[0], matrix);
  };
  cases.push_back({"rotate", {real_row({3})}, {}, turn, false, {}});
  cases.push_back({"rotate sequence", {real_row({5, 3})}, {}, turn, false, {}});
  cases.push_back({"rotate the first of seven", {real_row({7})}, {}, turn, false, {}});
  cases.push_back({"scale",
                   {real_row({3, 7})},
                   {},
                   [](R r) { return scale(r.tape, r.inputs[0], -1.5); },
                   false,
                   {}});
  cases.push_back({"add",
                   {real_row({7, 1}), real_row({7, 1})},
                   {},
                   [](R r) { return add(r.tape, r.inputs[0], r.inputs[1]); },
                   false,
                   {}});
  cases.push_back({"add itself",
                   {real_row({33})},
                   {},
                   [](R r) { return add(r.tape, r.inputs[0], r.inputs[0]); },
                   false,
                   {}});
  cases.push_back({"multiply",
                   {real_row({33}), real_row({33})},
                   {},
                   [](R r) { return multiply(r.tape, r.inputs[0], r.inputs[1]); },
                   false,
                   {}});
  cases.push_back({"multiply itself",
                   {real_row({7})},
                   {},
                   [](R r) { return multiply(r.tape, r.inputs[0], r.inputs[0]); },
                   false,
                   {}});
  cases.push_back({"dropout",
                   {real_row({33})},
                   {},
                   [](R r) {
                     return dropout(r.tape, r.inputs[0], 0.4,
                                    {{0, RandomStream(11, "a")}, {1, RandomStream(11, "b")}});
                   },
                   false,
                   {}});
  cases.push_back({"dropout of channels",
                   {real_row({3, 2, 5})},
                   {},
                   [](R r) {
                     return channel_dropout(
                         r.tape, r.inputs[0], 0.4,
                         {{0, RandomStream(11, "a")}, {1, RandomStream(11, "b")}});
                   },
                   false,
                   {}});
  for (const Index classes : {7, 33, 300}) {
    const std::string of = " " + std::to_string(classes);
    cases.push_back({"softmax" + of,
                     {wide_row({classes})},
                     {},
                     [](R r) { return softmax(r.tape, r.inputs[0]); },
                     false,
                     {}});
    cases.push_back({"log_softmax" + of,
                     {wide_row({classes})},
                     {},
                     [](R r) { return log_softmax(r.tape, r.inputs[0]); },
                     false,
                     {}});
  }
  cases.push_back({"softmax sequence",
                   {wide_row({3, 7})},
                   {},
                   [](R r) { return softmax(r.tape, r.inputs[0]); },
                   false,
                   {}});
  cases.push_back({"log_softmax sequence",
                   {wide_row({3, 7})},
                   {},
                   [](R r) { return log_softmax(r.tape, r.inputs[0]); },
                   false,
                   {}});
}

void add_shapes(std::vector<OpCase>& cases) {
  const auto pool = [&](const std::string& name, const Shape& image, const PoolOptions& options) {
    cases.push_back({"max_pool " + name,
                     {distinct_row(image)},
                     {},
                     [options](R r) { return max_pool(r.tape, r.inputs[0], options); },
                     false,
                     {}});
    cases.push_back({"average_pool " + name,
                     {real_row(image)},
                     {},
                     [options](R r) { return average_pool(r.tape, r.inputs[0], options); },
                     false,
                     {}});
  };
  pool("2", {4, 6, 33}, {});
  pool("2 odd", {5, 7, 3}, {});
  pool("3 overlapping", {5, 4, 7}, {.kernel = 3, .stride = 1, .padding = 1});
  pool("3 stride 2", {7, 7, 1}, {.kernel = 3, .stride = 2, .padding = 1});
  pool("2 apart", {7, 7, 2}, {.kernel = 2, .stride = 3});
  pool("whole image", {3, 3, 300}, {.kernel = 3});
  cases.push_back({"reshape",
                   {real_row({3, 7})},
                   {},
                   [](R r) {
                     return reshape(r.tape, tanh(r.tape, r.inputs[0]), {7, 1, 3});
                   },
                   false,
                   {}});
  cases.push_back({"flatten",
                   {real_row({3, 1, 7})},
                   {},
                   [](R r) { return flatten(r.tape, tanh(r.tape, r.inputs[0])); },
                   false,
                   {}});
  cases.push_back({"concat",
                   {real_row({3}), real_row({1}), real_row({7})},
                   {},
                   [](R r) { return concat(r.tape, r.inputs, 1); },
                   false,
                   {}});
  cases.push_back({"concat middle",
                   {real_row({3, 7}), real_row({1, 7})},
                   {},
                   [](R r) { return concat(r.tape, r.inputs, -2); },
                   false,
                   {}});
  cases.push_back({"concat itself",
                   {real_row({3})},
                   {},
                   [](R r) {
                     return concat(r.tape, {r.inputs[0], r.inputs[0]}, 1);
                   },
                   false,
                   {}});
  cases.push_back({"mix",
                   {real_row({2, 3}), real_row({2, 3}), real_row({2, 3})},
                   {Shape{3}},
                   [](R r) { return mix(r.tape, r.inputs, *r.parameters[0]); },
                   false,
                   {}});
  cases.push_back({"mix by channel",
                   {real_row({2, 3}), real_row({2, 3})},
                   {Shape{2, 3}},
                   [](R r) { return mix(r.tape, r.inputs, *r.parameters[0]); },
                   false,
                   {}});
  cases.push_back({"mix_parts",
                   {real_row({2, 3}), real_row({2, 3})},
                   {Shape{6}, Shape{6}},
                   [](R r) {
                     return mix_parts(r.tape, r.inputs, 3, {r.parameters[0], r.parameters[1]});
                   },
                   false,
                   {}});
  cases.push_back({"mix_parts wider than a vector",
                   {real_row({38}), real_row({38})},
                   {Shape{4}, Shape{4}},
                   [](R r) {
                     return mix_parts(r.tape, r.inputs, 2, {r.parameters[0], r.parameters[1]});
                   },
                   false,
                   {}});
  cases.push_back(
      {"weighted_sum",
       {real_row({3}), real_row({2, 5}), real_row({2, 5}), real_row({2, 5})},
       {},
       [](R r) {
         return weighted_sum(r.tape, r.inputs[0], {r.inputs[1], r.inputs[2], r.inputs[3]});
       },
       false,
       {}});
  cases.push_back({"top_k_softmax",
                   {InputSpec{.row = {5}, .distinct = true}},
                   {},
                   [](R r) { return top_k_softmax(r.tape, r.inputs[0], 2); },
                   false,
                   {}});
  cases.push_back({"smooth_step",
                   {real_row({3, 2})},
                   {},
                   [](R r) { return smooth_step(r.tape, r.inputs[0], 1.2); },
                   false,
                   {}});
  cases.push_back({"bit_products",
                   {InputSpec{.row = {3}, .low = 0.0, .high = 1.0}},
                   {},
                   [](R r) { return bit_products(r.tape, r.inputs[0]); },
                   false,
                   {}});
  // Their own gradients are no derivatives: tests/sharing/gates_test.cpp.
  cases.push_back({"entropy_pull of no strength",
                   {InputSpec{.row = {3}, .low = 0.1, .high = 1.0}},
                   {},
                   [](R r) { return entropy_pull(r.tape, r.inputs[0], 0.0); },
                   false,
                   {}});
  cases.push_back({"gumbel_choice of one",
                   {real_row({3})},
                   {Shape{1}},
                   [](R r) { return gumbel_choice(r.tape, r.inputs, *r.parameters[0]); },
                   false,
                   {}});
  cases.push_back({"stack",
                   {real_row({3, 2})},
                   {},
                   [](R r) { return tanh(r.tape, turned(r.tape, turned(r.tape, r.inputs[0]))); },
                   false,
                   {}});
  cases.push_back({"slice",
                   {real_row({33})},
                   {},
                   [](R r) { return slice(r.tape, r.inputs[0], 1, 7, 11); },
                   false,
                   {}});
  cases.push_back({"slice middle",
                   {real_row({7, 3})},
                   {},
                   [](R r) { return slice(r.tape, r.inputs[0], -2, 6, 1); },
                   false,
                   {}});
  cases.push_back({"mean last axis",
                   {real_row({3, 33})},
                   {},
                   [](R r) { return mean(r.tape, r.inputs[0], -1); },
                   false,
                   {}});
  cases.push_back({"mean middle axis",
                   {real_row({7, 3})},
                   {},
                   [](R r) { return mean(r.tape, r.inputs[0], 1); },
                   false,
                   {}});
  cases.push_back({"mean only axis",
                   {real_row({7})},
                   {},
                   [](R r) { return mean(r.tape, r.inputs[0], 1); },
                   false,
                   {}});
}

void add_losses(std::vector<OpCase>& cases) {
  cases.push_back({"mean of rows",
                   {real_row({7})},
                   {},
                   [](R r) { return mean(r.tape, r.inputs[0]); },
                   true,
                   {}});
  const auto labelled = [&](const char* name, Index classes, const Shape& label, double smoothing) {
    cases.push_back(
        {name,
         {wide_row({classes}), integer_row(label, classes)},
         {},
         [smoothing](R r) { return cross_entropy(r.tape, r.inputs[0], r.inputs[1], smoothing); },
         true,
         {}});
  };
  labelled("cross_entropy 7", 7, {}, 0.0);
  labelled("cross_entropy 33", 33, {1}, 0.0);
  labelled("cross_entropy smooth", 7, {}, 0.2);
  for (const bool constant : {false, true}) {
    const std::string of = constant ? " missing" : "";
    cases.push_back({"binary_cross_entropy" + of,
                     {wide_row({7}), target_row({7}, constant)},
                     {},
                     [](R r) { return binary_cross_entropy(r.tape, r.inputs[0], r.inputs[1]); },
                     true,
                     {}});
    cases.push_back({"mean_squared_error" + of,
                     {wide_row({3, 7}), target_row({3, 7}, constant)},
                     {},
                     [](R r) { return mean_squared_error(r.tape, r.inputs[0], r.inputs[1]); },
                     true,
                     {}});
    cases.push_back({"l1" + of,
                     {wide_row({33}), target_row({33}, constant)},
                     {},
                     [](R r) { return l1(r.tape, r.inputs[0], r.inputs[1]); },
                     true,
                     {0.0}});
    cases.push_back({"huber" + of,
                     {wide_row({1}), target_row({1}, constant)},
                     {},
                     [](R r) { return huber(r.tape, r.inputs[0], r.inputs[1], 0.7); },
                     true,
                     {-0.7, 0.7}});
  }
  cases.push_back({"mean_squared_error many",
                   {real_row({600}), real_row({600})},
                   {},
                   [](R r) { return mean_squared_error(r.tape, r.inputs[0], r.inputs[1]); },
                   true,
                   {}});
}

std::vector<OpCase> make_cases() {
  std::vector<OpCase> cases;
  add_with_parameters(cases);
  add_elementwise(cases);
  add_shapes(cases);
  add_losses(cases);
  return cases;
}

}  // namespace

std::span<const OpCase> op_cases() {
  static const std::vector<OpCase> cases = make_cases();
  return cases;
}

}  // namespace espalier::test
