#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "autograd/ops/op_bench.hpp"

/// The rules of op.hpp, tried on every op by hand-made contexts: no plan is involved.
namespace espalier::test {

namespace {

/// Two lanes over the same rows, lane 1 before lane 0 in dx, with a spare row around each.
struct Lanes {
  Index rows, dy_rows, dx_rows;
  std::vector<Run> runs;
};

Lanes two_lanes(const Bench& bench, std::size_t k) {
  const Index rows = bench.shape(k)[0];
  const Index per_lane = bench.reduces() ? 1 : rows;
  Lanes lanes{rows, 2 * per_lane, 2 * rows + 3, {}};
  for (Index lane = 0; lane < 2; ++lane) {
    for (const Part& part : bench.parts()) {
      lanes.runs.push_back({.rows = part.rows,
                            .value_row = part.first,
                            .dy_row = lane * per_lane + (bench.reduces() ? 0 : part.first),
                            .dx_row = (1 - lane) * (rows + 1) + 1 + part.first,
                            .accumulate = lane == 1});
    }
  }
  return lanes;
}

// dx of one lane alone, overwritten.
std::vector<real> lane_alone(Bench& bench, std::size_t k, const std::vector<real>& dy, Index lane) {
  const Index row = bench.shape(k).row_size(), rows = bench.shape(k)[0];
  const Index dy_numbers = static_cast<Index>(dy.size()) / 2;
  const std::vector<real> mine(dy.begin() + lane * dy_numbers,
                               dy.begin() + (lane + 1) * dy_numbers);
  std::vector<real> dx(static_cast<std::size_t>(rows * row), kNaN);
  bench.backward(k, mine, bench.reduces() ? 1 : rows, dx, rows, {{.rows = rows}});
  return dx;
}

void check_runs(Bench& bench, std::size_t k) {
  const Lanes lanes = two_lanes(bench, k);
  const Index row = bench.shape(k).row_size();
  const std::vector<real> dy =
      random_numbers("dy", lanes.dy_rows * bench.output_shape().row_size());
  std::vector<real> dx(static_cast<std::size_t>(lanes.dx_rows * row), kSentinel);
  bench.backward(k, dy, lanes.dy_rows, dx, lanes.dx_rows, lanes.runs);
  const std::vector<real> alone[2] = {lane_alone(bench, k, dy, 0), lane_alone(bench, k, dy, 1)};
  CHECK_FALSE(has_nan(alone[0]));
  bool spare = true, overwritten = true, added = true;
  for (Index i = 0; i < lanes.rows * row; ++i) {
    const auto at = static_cast<std::size_t>(i);
    added &= near(dx[static_cast<std::size_t>(row) + at], kSentinel + alone[1][at]);
    overwritten &= near(dx[static_cast<std::size_t>((lanes.rows + 2) * row) + at], alone[0][at]);
  }
  for (const Index r : {Index{0}, lanes.rows + 1, 2 * lanes.rows + 2}) {
    for (Index i = 0; i < row; ++i) spare &= dx[static_cast<std::size_t>(r * row + i)] == kSentinel;
  }
  CHECK(added);
  CHECK(overwritten);
  CHECK(spare);
}

}  // namespace

TEST_CASE("backward writes exactly the rows of its runs") {
  for (const OpCase& c : op_cases()) {
    INFO(c.name);
    Bench bench(c);
    bench.forward();
    CHECK_FALSE(has_nan(bench.result()));
    for (std::size_t k = 0; k < bench.inputs(); ++k) {
      if (bench.differentiable(k)) check_runs(bench, k);
    }
  }
}

TEST_CASE("an op that may work in place gives the same numbers there") {
  int tried = 0;
  for (const OpCase& c : op_cases()) {
    Bench apart(c), bench(c);
    if (!bench.op().in_place()) continue;
    INFO(c.name);
    ++tried;
    apart.forward();
    OpContext context = bench.context();
    const Tensor y{context.inputs[0].data, bench.output_shape()};
    context.output = y;
    bench.op().forward(context);
    const std::vector<real> result(y.data, y.data + y.size());
    CHECK(result == apart.result());

    std::vector<real> dy = random_numbers("dy", y.size());
    const std::vector<real> expected = lane_alone(
        apart, 0,
        [&] {
          std::vector<real> both = dy;
          both.insert(both.end(), dy.begin(), dy.end());
          return both;
        }(),
        0);
    BackwardContext b;
    static_cast<OpContext&>(b) = context;
    const Tensor dx{dy.data(), bench.shape(0)};
    const std::vector<Run> runs = {{.rows = y.shape[0]}};
    const std::span<const Run> spans[1] = {runs};
    b.dy = {dy.data(), bench.output_shape()};
    b.dx = {&dx, 1};
    b.runs = spans;
    bench.op().backward(b);
    CHECK(dy == expected);
  }
  CHECK(tried >= 10);
}

TEST_CASE("parameter gradients obey their sinks and read no parameter") {
  for (const OpCase& c : op_cases()) {
    Bench bench(c);
    if (bench.parameters().empty()) continue;
    INFO(c.name);
    bench.forward();
    const std::vector<real> dy = random_numbers("dy", bench.output_shape().size());
    for (const auto& owned : bench.parameters()) std::ranges::fill(owned->numbers, kNaN);
    for (const Part& part : bench.parts()) {
      const auto plain = parameter_gradient(bench, dy, part, 1.0, 0.0, kNaN);
      const auto mixed = parameter_gradient(bench, dy, part, -0.5, 0.3, real{2});
      const auto added = parameter_gradient(bench, dy, part, 2.0, 1.0, real{1});
      for (std::size_t k = 0; k < plain.size(); ++k) {
        CHECK_FALSE(has_nan(plain[k]));
        bool agrees = true;
        for (std::size_t i = 0; i < plain[k].size(); ++i) {
          agrees &= near(mixed[k][i], real(0.6) - real(0.5) * plain[k][i]);
          agrees &= near(added[k][i], real{1} + real{2} * plain[k][i]);
        }
        CHECK(agrees);
      }
    }
  }
}

TEST_CASE("a parameter that is not asked for is not touched, the others are as before") {
  for (const OpCase& c : op_cases()) {
    Bench bench(c);
    if (bench.parameters().size() != 2) continue;
    INFO(c.name);
    bench.forward();
    const Part all = {bench.parts()[0].stream, 0, bench.parts()[0].rows};
    const std::vector<real> dy = random_numbers("dy", bench.output_shape().size());
    const auto both = parameter_gradient(bench, dy, all, 1.0, 0.0, kNaN);
    for (std::size_t k = 0; k < 2; ++k) {
      std::vector<real> alone(both[k].size(), kNaN);
      std::vector<Sink> sinks(2);
      sinks[k] = {alone.data(), 1.0, 0.0};
      GradientContext context;
      static_cast<OpContext&>(context) = bench.context();
      std::vector<Tensor> inputs;
      for (const Tensor& x : context.inputs) inputs.push_back(x.rows(0, all.rows));
      context.inputs = inputs;
      context.parts = {&all, 1};
      context.rows = all.rows;
      context.dy = ConstTensor(dy.data(), bench.output_shape()).rows(0, all.rows);
      context.sinks = sinks;
      bench.op().parameter_gradient(context);
      CHECK(alone == both[k]);
    }
  }
}

TEST_CASE("a value's rows do not depend on the rows beside them") {
  for (const OpCase& c : op_cases()) {
    if (c.loss || c.name.starts_with("batch_norm") || c.name.starts_with("linear")) continue;
    INFO(c.name);
    Bench bench(c);
    bench.forward();
    Bench changed(c);
    for (std::size_t k = 0; k < changed.inputs(); ++k) {
      const Index row = changed.shape(k).row_size();
      if (changed.input(k).empty()) continue;
      std::fill_n(changed.input(k).begin(), 3 * row, real(0.125));  // the rows of stream 0
    }
    changed.forward();
    const auto first = static_cast<std::ptrdiff_t>(3 * bench.output_shape().row_size());
    CHECK(std::equal(bench.result().begin() + first, bench.result().end(),
                     changed.result().begin() + first));
  }
}

}  // namespace espalier::test
