#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "autograd/task_model.hpp"
#include "core/where.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

constexpr double kTolerance = 1e-5;

Var two_layers(Tape& tape, ParameterStore& store, Var x) {
  x = tanh(tape, dense(tape, store, x, "trunk/a", 7));
  return tanh(tape, dense(tape, store, x, "trunk/b", 5));
}

/// A penalty on one parameter that knows no gradient.
class Steep final : public Penalty {
 public:
  explicit Steep(Parameter& parameter) : parameter_(&parameter) {}
  std::span<Parameter* const> parameters() const override { return {&parameter_, 1}; }
  double value() const override { return 0.0; }
  void gradient(std::span<real* const> /*gradients*/) const override {
    throw std::runtime_error("too steep");
  }

 private:
  Parameter* parameter_;
};

std::vector<double> uneven(int count) {
  std::vector<double> weights;
  for (int t = 0; t < count; ++t) weights.push_back(0.5 + 0.75 * t);
  return weights;
}

std::vector<double> combine(const std::vector<std::vector<double>>& rows,
                            const std::vector<double>& weights) {
  std::vector<double> sum(rows[0].size(), 0.0);
  for (std::size_t t = 0; t < rows.size(); ++t) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weights[t] * rows[t][i];
  }
  return sum;
}

std::vector<std::vector<double>> formed(Model& model, std::uint64_t step) {
  const std::size_t numbers = model.plan.shared_numbers();
  std::vector<real> block(static_cast<std::size_t>(model.tasks()) * numbers,
                          std::numeric_limits<real>::quiet_NaN());
  model.sweep(step);
  model.plan.jacobian(block.data(), numbers);
  std::vector<std::vector<double>> rows;
  for (std::size_t t = 0; t < static_cast<std::size_t>(model.tasks()); ++t) {
    const auto row = std::span(block).subspan(t * numbers, numbers);
    rows.emplace_back(row.begin(), row.end());
  }
  return rows;
}

}  // namespace

TEST_CASE("the two halves of a backward sweep equal the whole, and the borders lie between them") {
  for (const Streams& streams : all_streams(5)) {
    CAPTURE(streams.name);
    ParameterStore store(1);
    Model whole = make_model(store, streams, {.trunk = two_layers}, {});
    Model halves = make_model(store, streams, {.trunk = two_layers}, {.features = true});
    const int tasks = whole.tasks();
    const std::vector<double> weights = uneven(tasks);
    for (Model* model : {&whole, &halves}) {
      model->fill(3);
      model->plan.forward(3);
    }
    whole.plan.backward(ones(tasks), weights);
    whole.plan.weigh(ones(tasks), ones(tasks));
    halves.plan.backward_heads(ones(tasks));
    const std::vector<Border> borders = halves.plan.borders();
    REQUIRE(borders.size() == static_cast<std::size_t>(tasks));
    for (const Border& border : borders) {
      CHECK(border.value.shape == border.cotangent.shape);
      CHECK(border.stream == streams.of_task[static_cast<std::size_t>(border.loss)]);
      double size = 0.0;
      for (const real x : border.cotangent.span()) size += std::abs(static_cast<double>(x));
      CHECK(size > 0.0);
    }
    halves.plan.backward_trunk(weights);
    halves.plan.weigh(ones(tasks), ones(tasks));
    for (const Domain domain : {Domain::shared, Domain::task}) {
      CHECK(gradients(halves.plan, domain) == gradients(whole.plan, domain));
    }
    CHECK(halves.plan.backward_sweeps() == 1);
  }
}

TEST_CASE("what is written at the borders is what enters the trunk") {
  ParameterStore store(1);
  Model model = make_model(store, common_inputs(2, 5), {.trunk = two_layers}, {.features = true});
  Model lanes =
      make_model(store, common_inputs(2, 5), {.trunk = two_layers}, {.lanes = LaneMode::per_task});
  model.fill(1);
  model.plan.forward(1);
  model.plan.backward_heads(ones(2));
  const std::vector<Border> borders = model.plan.borders();
  for (real& x : borders[0].cotangent.span()) x = 0;
  for (real& x : borders[1].cotangent.span()) x *= 3;
  model.plan.backward_trunk(ones(2));
  model.plan.weigh(ones(2), ones(2));
  const auto rows = jacobian(lanes, 1);
  CHECK(relative_error(gradients(model.plan, Domain::shared), combine(rows, {0, 3})) < kTolerance);
}

TEST_CASE("with one lane the heads are weighed after the sweep") {
  ParameterStore store(1);
  Model model = make_model(store, own_inputs(3, 5), {}, {});
  model.sweep(1);
  model.plan.weigh(ones(3), ones(3));
  const std::vector<double> plain = gradients(model.plan, Domain::task);
  model.plan.weigh(ones(3), {{0, 2, 0.5}});
  const std::vector<double> weighted = gradients(model.plan, Domain::task);
  REQUIRE(plain.size() % 3 == 0);
  const std::size_t head = plain.size() / 3;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const double factor = std::vector<double>{0, 2, 0.5}[i / head];
    CHECK(weighted[i] == doctest::Approx(factor * plain[i]).epsilon(1e-6));
  }
}

TEST_CASE("the rows of the Jacobian are the gradients of the losses") {
  for (const Streams& streams : all_streams(4)) {
    CAPTURE(streams.name);
    ParameterStore store(2);
    Model model = make_model(store, streams, {.trunk = two_layers}, {.lanes = LaneMode::per_task});
    const auto rows = formed(model, 5);
    const auto wanted = jacobian(model, 5);
    for (std::size_t t = 0; t < wanted.size(); ++t) {
      CHECK(relative_error(rows[t], wanted[t]) < kTolerance);
    }
  }
}

TEST_CASE("a direction takes the place of the trunk's gradient, heads keep their own") {
  ParameterStore store(2);
  Model model =
      make_model(store, own_inputs(2, 4), {.trunk = two_layers}, {.lanes = LaneMode::per_task});
  model.sweep(1);
  model.plan.weigh(ones(2), ones(2));
  const std::vector<double> heads = gradients(model.plan, Domain::task);
  std::vector<real> direction(model.plan.shared_numbers());
  for (std::size_t i = 0; i < direction.size(); ++i) direction[i] = static_cast<real>(i) - 7;
  model.sweep(1);
  model.plan.direct(direction, ones(2));
  CHECK(gradients(model.plan, Domain::shared) ==
        std::vector<double>(direction.begin(), direction.end()));
  CHECK(gradients(model.plan, Domain::task) == heads);

  // Into a sink with momentum: v = 0.5 v - 2 d.
  const Parameter& first = *model.plan.parameters()[0];
  std::vector<real> v(static_cast<std::size_t>(first.value.size()), real{4});
  CHECK(model.plan.gradient(first, {.data = v.data(), .alpha = -2.0, .beta = 0.5}));
  for (std::size_t i = 0; i < v.size(); ++i) CHECK(v[i] == real{2} - 2 * direction[i]);

  model.sweep(1);
  model.plan.weigh(ones(2), ones(2));
  CHECK(gradients(model.plan, Domain::shared) !=
        std::vector<double>(direction.begin(), direction.end()));
}

TEST_CASE("every block of the gram may have weights of its own") {
  for (const Streams& streams : all_streams(5)) {
    CAPTURE(streams.name);
    ParameterStore store(3);
    Model model = make_model(store, streams, {.trunk = two_layers},
                             {.lanes = LaneMode::per_task, .gram = true});
    const auto rows = jacobian(model, 2);
    REQUIRE(model.plan.gram_blocks() ==
            std::vector<std::string>{"trunk/a/weight", "trunk/b/weight"});
    const auto tasks = static_cast<std::size_t>(model.tasks());
    std::vector<double> weights = uneven(model.tasks());
    for (std::size_t t = 0; t < tasks; ++t) weights.push_back(2.0 - 0.5 * static_cast<double>(t));
    model.sweep(2);
    model.plan.weigh(weights, ones(model.tasks()));
    const std::size_t first = 7 * 6 + 7;  // numbers of trunk/a
    std::vector<double> wanted(rows[0].size(), 0.0);
    for (std::size_t t = 0; t < tasks; ++t) {
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        wanted[i] += weights[(i < first ? 0 : tasks) + t] * rows[t][i];
      }
    }
    CHECK(relative_error(gradients(model.plan, Domain::shared), wanted) < kTolerance);
  }
}

TEST_CASE("a batch that was seen before leaves running statistics as they are") {
  ParameterStore store(1);
  Buffer& mean = store.buffer("mean", {6}, 0.0);
  Buffer& variance = store.buffer("variance", {6}, 1.0);
  const Recorder trunk = [&](Tape& tape, ParameterStore& s, Var x) {
    return batch_norm(tape, x, parameter(s, "scale", {6}), parameter(s, "shift", {6}),
                      {{0, &mean, &variance}});
  };
  Model model = make_model(store, common_inputs(1, 8), {.trunk = trunk}, {});
  model.fill(1);
  model.plan.forward(1);
  const auto numbers = [&] {
    return std::vector<real>(mean.value.span().begin(), mean.value.span().end());
  };
  const std::vector<real> after_one = numbers();
  const real loss = model.plan.loss(0);
  CHECK(after_one[0] != real{0});
  model.plan.forward(1, /*replay=*/true);
  CHECK(numbers() == after_one);
  CHECK(model.plan.loss(0) == loss);
  model.plan.forward(1);
  CHECK(numbers() != after_one);
}

TEST_CASE("a watched value keeps its cotangent") {
  ParameterStore store(1);
  Var middle;
  const Recorder trunk = [&](Tape& tape, ParameterStore& s, Var x) {
    middle = dense(tape, s, x, "a", 5);
    tape.watch(middle);
    return tanh(tape, dense(tape, s, tanh(tape, middle), "b", 5));
  };
  Model model = make_model(store, common_inputs(1, 4), {.trunk = trunk}, {});
  model.sweep(1);
  model.plan.weigh(ones(1), ones(1));
  // The bias of "a" sees the sum over rows of that cotangent.
  const Tensor seen = model.plan.cotangent(middle);
  const std::vector<double> g = gradients(model.plan, Domain::shared);
  for (Index column = 0; column < 5; ++column) {
    double sum = 0.0;
    for (Index row = 0; row < 4; ++row) {
      sum += static_cast<double>(seen.data[row * 5 + column]);
    }
    CHECK(sum == doctest::Approx(g[static_cast<std::size_t>(6 * 5 + column)]).epsilon(1e-5));
  }
}

TEST_CASE("a watched value keeps its cotangent behind an op that works in place") {
  ParameterStore store(1);
  Var middle;
  const Recorder trunk = [&](Tape& tape, ParameterStore& s, Var x) {
    middle = tanh(tape, dense(tape, s, x, "a", 5));
    tape.watch(middle);
    return tanh(tape, dense(tape, s, middle, "b", 5));
  };
  Model model = make_model(store, common_inputs(1, 4), {.trunk = trunk}, {});
  model.sweep(1);
  model.plan.weigh(ones(1), ones(1));
  // db = sum over rows of dy (1 - y y)
  const Tensor dy = model.plan.cotangent(middle), y = model.plan.value(middle);
  const std::vector<double> g = gradients(model.plan, Domain::shared);
  for (Index column = 0; column < 5; ++column) {
    double sum = 0.0;
    for (Index at = column; at < 4 * 5; at += 5) {
      const auto value = static_cast<double>(y.data[at]);
      sum += static_cast<double>(dy.data[at]) * (1.0 - value * value);
    }
    CHECK(sum == doctest::Approx(g[static_cast<std::size_t>(6 * 5 + column)]).epsilon(1e-5));
  }
}

TEST_CASE("a penalty that throws is named as the place") {
  ParameterStore store(1);
  const Recorder trunk = [](Tape& tape, ParameterStore& s, Var x) {
    x = two_layers(tape, s, x);
    tape.penalty(std::make_unique<Steep>(parameter(s, "penalised", {2})));
    return x;
  };
  Model model = make_model(store, common_inputs(1, 4), {.trunk = trunk}, {});
  model.sweep(1);
  where::take_failure();
  where::record().step = 0;  // another test may have left one
  CHECK_THROWS_WITH(model.plan.weigh(ones(1), ones(1)), "too steep");
  CHECK(where::take_failure() == "[espalier] penalty");
}
