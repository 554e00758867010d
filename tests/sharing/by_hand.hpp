#pragma once

#include <cmath>

#include "sharing/trunk_model.hpp"

/// What strategies compute, once more with plain loops in double.
namespace espalier::test {

/// Rows of numbers.
using Rows = std::vector<std::vector<double>>;

inline Parameter& named(ParameterStore& store, const std::string& name) {
  const auto at = std::ranges::find(store.parameters(), name, &Parameter::name);
  CAPTURE(name);
  REQUIRE(at != store.parameters().end());
  return *at;
}

/// Numbers of their own for every parameter, so that nothing starts at zero.
inline void scatter(ParameterStore& store) {
  for (Parameter& parameter : store.parameters()) {
    RandomStream random(11, parameter.name);
    for (real& number : parameter.value.span()) number = static_cast<real>(0.6 * random.normal());
  }
}

inline Rows rows_of(std::span<const real> numbers, std::size_t width) {
  Rows rows(numbers.size() / width);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    rows[i / width].push_back(static_cast<double>(numbers[i]));
  }
  return rows;
}

/// x W' + b with the parameters `name`/weight and `name`/bias; of a kernel, the middle alone.
inline Rows dense(ParameterStore& store, const std::string& name, const Rows& x) {
  const Tensor w = named(store, name + "/weight").value, b = named(store, name + "/bias").value;
  const auto width = static_cast<Index>(x[0].size());
  const Index places = w.shape.row_size() / width, outputs = w.shape[0];
  Rows y;
  for (const std::vector<double>& row : x) {
    auto& out = y.emplace_back();
    for (Index o = 0; o < outputs; ++o) {
      double sum = static_cast<double>(b.data[o]);
      const real* const weights = w.data + (o * places + places / 2) * width;
      for (Index i = 0; i < width; ++i) {
        sum += static_cast<double>(weights[i]) * row[static_cast<std::size_t>(i)];
      }
      out.push_back(sum);
    }
  }
  return y;
}

/// Batch norm of one stream in training, with `name`/scale and `name`/shift.
inline Rows normed(ParameterStore& store, const std::string& name, Rows x) {
  const Tensor scale = named(store, name + "/scale").value;
  const Tensor shift = named(store, name + "/shift").value;
  const auto count = static_cast<double>(x.size());
  for (std::size_t i = 0; i < x[0].size(); ++i) {
    double mean = 0.0, variance = 0.0;
    for (const auto& row : x) mean += row[i] / count;
    for (const auto& row : x) variance += (row[i] - mean) * (row[i] - mean) / count;
    for (auto& row : x) {
      row[i] = (row[i] - mean) / std::sqrt(variance + 1e-5) * static_cast<double>(scale.data[i]) +
               static_cast<double>(shift.data[i]);
    }
  }
  return x;
}

template <class F>
Rows each(F f, Rows x) {
  for (auto& row : x) {
    for (double& number : row) number = f(number);
  }
  return x;
}
template <class F>
Rows each(F f, Rows x, const Rows& y) {
  for (std::size_t r = 0; r < x.size(); ++r) {
    for (std::size_t i = 0; i < x[r].size(); ++i) x[r][i] = f(x[r][i], y[r][i]);
  }
  return x;
}

inline double tanh_of(double x) { return std::tanh(x); }
inline double relu_of(double x) { return std::max(x, 0.0); }
inline double sigmoid_of(double x) { return 1.0 / (1.0 + std::exp(-x)); }
inline double gelu_of(double x) { return 0.5 * x * (1.0 + std::erf(x / std::sqrt(2.0))); }
inline double sum_of_two(double a, double b) { return a + b; }
inline double product_of_two(double a, double b) { return a * b; }

inline void check_rows(const std::vector<real>& found, const Rows& expected) {
  REQUIRE(found.size() == expected.size() * expected[0].size());
  const Rows rows = rows_of(found, expected[0].size());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      CHECK(rows[r][i] == doctest::Approx(expected[r][i]).epsilon(1e-5).scale(0.1));
    }
  }
}

/// Two tasks: on the same rows, or each on its own.
inline std::vector<TrunkCase> two_task_cases() {
  return {{.tasks = {"a", "b"}, .stream_of = {0, 0}, .streams = {{0, 4}}},
          {.tasks = {"a", "b"}, .stream_of = {0, 1}, .streams = {{0, 4}, {1, 5}}}};
}

/// The rows of a task's stream in the input.
inline Rows rows_of_task(const TrunkModel& model, const TrunkCase& c, std::size_t task) {
  const auto width = static_cast<std::size_t>(c.sample.size());
  const Rows all = rows_of(model.input().span(), width);
  std::size_t first = 0;
  for (const StreamRows& stream : c.streams) {
    const auto count = static_cast<std::size_t>(stream.rows);
    if (stream.stream == c.stream_of[task]) {
      return {all.begin() + static_cast<std::ptrdiff_t>(first),
              all.begin() + static_cast<std::ptrdiff_t>(first + count)};
    }
    first += count;
  }
  return {};
}

}  // namespace espalier::test
