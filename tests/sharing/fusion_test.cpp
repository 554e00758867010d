// How columns are fused (NDDR, sluice networks, cross-stitch units): on weights of their own
// everywhere, against the equations with plain loops.
#include "sharing/by_hand.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

constexpr std::size_t kWidth = 4;
const std::string kTasks[] = {"a", "b"};

/// A column tanh(W x + b) of one stage for each task, and what fuses them.
struct Fused {
  std::vector<Stage> stages;
  Chosen strategy;
  ParameterStore store{3};
  TrunkModel model;

  Fused(const char* name, const std::map<std::string, Option>& options, const TrunkCase& c)
      : stages(one_stage()),
        strategy(chosen(name, 1, options)),
        model(strategy.blocks, stages, store, c) {}

  static std::vector<Stage> one_stage() {
    std::vector<Stage> stages;
    stages.push_back(linear_stage("low", static_cast<Index>(kWidth)));
    return stages;
  }
  /// Outputs of both columns on the rows of one task.
  std::vector<Rows> columns(const TrunkCase& c, std::size_t task) {
    std::vector<Rows> all;
    for (const std::string& name : kTasks) {
      all.push_back(each(
          tanh_of, dense(store, "trunk/low/" + name + "/0/linear", rows_of_task(model, c, task))));
    }
    return all;
  }
  double number(const std::string& name, std::size_t at) {
    return static_cast<double>(named(store, name).value.data[at]);
  }
};

Rows side_by_side(const std::vector<Rows>& columns) {
  Rows rows = columns[0];
  for (std::size_t j = 1; j < columns.size(); ++j) {
    for (std::size_t r = 0; r < rows.size(); ++r) {
      rows[r].insert(rows[r].end(), columns[j][r].begin(), columns[j][r].end());
    }
  }
  return rows;
}

// x W' without a bias
Rows products(const Tensor& w, const Rows& x) {
  const auto outputs = static_cast<std::size_t>(w.shape[0]);
  Rows y(x.size(), std::vector<double>(outputs));
  for (std::size_t r = 0; r < x.size(); ++r) {
    for (std::size_t o = 0; o < outputs; ++o) {
      for (std::size_t i = 0; i < x[r].size(); ++i) {
        y[r][o] += static_cast<double>(w.data[o * x[r].size() + i]) * x[r][i];
      }
    }
  }
  return y;
}

}  // namespace

TEST_CASE("NDDR reduces the columns side by side to their width") {
  for (const TrunkCase& c : two_task_cases()) {
    Fused plain("nddr", {{"norm", false}, {"relu", false}}, c), full("nddr", {}, c);
    scatter(plain.store);
    scatter(full.store);
    plain.model.loss();
    full.model.loss();
    for (std::size_t t = 0; t < 2; ++t) {
      const std::string name = "trunk/low/" + kTasks[t] + "/reduce/";
      check_rows(plain.model.features(t),
                 dense(plain.store, name + "linear", side_by_side(plain.columns(c, t))));
      const Rows y = products(named(full.store, name + "linear/weight").value,
                              side_by_side(full.columns(c, t)));
      check_rows(full.model.features(t), each(relu_of, normed(full.store, name + "norm", y)));
    }
  }
}

TEST_CASE("NDDR starts with each channel read from the same channel of every column") {
  for (const bool images : {false, true}) {
    CAPTURE(images);
    std::vector<Stage> stages = Fused::one_stage();
    TrunkCase c;  // three tasks
    if (images) {
      stages[0].layers.clear();
      stages[0].layers.push_back(use("conv", {{"channels", static_cast<Index>(kWidth)}}));
      c.sample = {3, 3, 2};
    }
    const Chosen nddr = chosen("nddr", 1, {{"same", 0.7}, {"other", 0.4}});
    ParameterStore store{3};
    TrunkModel model(nddr.blocks, stages, store, c);
    const std::string kind = images ? "conv" : "linear";
    const Tensor w = named(store, "trunk/low/b/reduce/" + kind + "/weight").value;
    REQUIRE(static_cast<std::size_t>(w.size()) == kWidth * 3 * kWidth);
    for (std::size_t to = 0; to < kWidth; ++to) {
      for (std::size_t from = 0; from < 3 * kWidth; ++from) {
        const bool other = from % kWidth != to;
        const double expected = other ? 0.0 : from / kWidth == 1 ? 0.7 : 0.2;  // b is the second
        CHECK(static_cast<double>(w.data[to * 3 * kWidth + from]) == doctest::Approx(expected));
      }
    }
  }
}

TEST_CASE("NDDR at its start is the columns' sum with those coefficients") {
  for (const TrunkCase& c : two_task_cases()) {
    Fused nddr("nddr", {{"same", 0.7}, {"other", 0.2}, {"norm", false}, {"relu", false}}, c);
    nddr.model.loss();
    for (std::size_t t = 0; t < 2; ++t) {
      const std::vector<Rows> x = nddr.columns(c, t);
      check_rows(
          nddr.model.features(t),
          each([](double own, double other) { return 0.7 * own + 0.2 * other; }, x[t], x[1 - t]));
    }
  }
}

TEST_CASE("alphas mix every subspace of every task") {
  constexpr std::size_t kSubspaces = 2, kPart = kWidth / kSubspaces;
  for (const TrunkCase& c : two_task_cases()) {
    Fused sluice("sluice", {}, c);
    // at the start: 0.9 on itself, 0.1 on the three others together
    CHECK(sluice.number("trunk/low/b/alpha/subspace0", 2) == doctest::Approx(0.9));
    CHECK(sluice.number("trunk/low/b/alpha/subspace0", 3) == doctest::Approx(0.1 / 3));
    scatter(sluice.store);
    sluice.model.loss();
    for (std::size_t t = 0; t < 2; ++t) {
      const std::vector<Rows> x = sluice.columns(c, t);
      Rows y(x[0].size(), std::vector<double>(kWidth));
      for (std::size_t r = 0; r < y.size(); ++r) {
        for (std::size_t i = 0; i < kWidth; ++i) {
          const std::string alpha =
              "trunk/low/" + kTasks[t] + "/alpha/subspace" + std::to_string(i / kPart);
          for (std::size_t u = 0; u < 2; ++u) {
            for (std::size_t h = 0; h < kSubspaces; ++h) {
              y[r][i] += sluice.number(alpha, u * kSubspaces + h) * x[u][r][h * kPart + i % kPart];
            }
          }
        }
      }
      check_rows(sluice.model.features(t), y);
    }
  }
}

TEST_CASE("a cross-stitch unit has coefficients for every channel of every column") {
  for (const TrunkCase& c : two_task_cases()) {
    Fused stitch("cross_stitch", {{"last", true}}, c);
    scatter(stitch.store);
    stitch.model.loss();
    for (std::size_t t = 0; t < 2; ++t) {
      const std::vector<Rows> x = stitch.columns(c, t);
      const std::string name = "trunk/low/" + kTasks[t] + "/unit/coefficients";
      REQUIRE(named(stitch.store, name).value.shape == Shape{2, static_cast<Index>(kWidth)});
      CHECK(stitch.number(name, 0) != stitch.number(name, 1));
      Rows y(x[0].size(), std::vector<double>(kWidth));
      for (std::size_t r = 0; r < y.size(); ++r) {
        for (std::size_t i = 0; i < kWidth; ++i) {
          for (std::size_t j = 0; j < 2; ++j) {
            y[r][i] += stitch.number(name, j * kWidth + i) * x[j][r][i];
          }
        }
      }
      check_rows(stitch.model.features(t), y);
    }
  }
}
