// Directions and weights of TorchJD (golden/golden.json; golden/README.md says what is compared how
// and why).
#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "balance/every_method.hpp"

using namespace espalier;
using namespace espalier::test;
using nlohmann::json;

namespace {

const json& golden() {
  static const json read = json::parse(
      std::ifstream(std::string(ESPALIER_SOURCE_DIR) + "/tests/balance/golden/golden.json"));
  return read;
}

using Options = std::map<std::string, Option>;

/// One answer of TorchJD and the method and options that must give the same.
struct Pair {
  const char* theirs;
  const char* ours;
  Options options = {};
  bool times_tasks = false;  ///< theirs is a mean where ours is a sum
  double tolerance = 1e-4;
  std::function<bool(const json&)> compared = {};  ///< which Jacobians; all where empty
};

bool independent(const json& c) { return c.at("rank") == c.at("rows").size(); }

/// |a - b| relative to b, or to a thousandth of the rows where b is next to nothing.
double error_of(const std::vector<double>& a, const std::vector<double>& b, const Rows& rows) {
  double rows_norm = 0.0;
  for (const auto& row : rows) rows_norm = std::max(rows_norm, norm_of(row));
  std::vector<double> d = a;
  for (std::size_t i = 0; i < d.size(); ++i) d[i] -= b[i];
  return norm_of(d) / std::max(norm_of(b), 1e-3 * rows_norm);
}

std::vector<double> times(double factor, std::vector<double> x) {
  for (double& v : x) v *= factor;
  return x;
}

void compare(const Pair& pair) {
  CAPTURE(pair.theirs);
  int compared = 0;
  for (const json& c : golden().at("jacobians")) {
    if (!c.at("answers").contains(pair.theirs)) continue;
    if (pair.compared && !pair.compared(c)) continue;
    const std::string name = c.at("name");
    CAPTURE(name);
    const auto rows = c.at("rows").get<Rows>();
    const auto theirs = c.at("answers").at(pair.theirs).at("direction").get<std::vector<double>>();
    const auto ours = Trial(pair.ours, rows.size(), rows[0].size(), pair.options).step(rows);
    const double factor = pair.times_tasks ? static_cast<double>(rows.size()) : 1.0;
    CHECK(error_of(ours.direction, times(factor, theirs), rows) <= pair.tolerance);
    ++compared;
  }
  CHECK(compared > 0);
}

/// Theirs are several steps: weights, or directions, one after the other.
template <class Step>
void compare_steps(const std::vector<std::vector<double>>& theirs, Step step) {
  for (std::size_t k = 0; k < theirs.size(); ++k) {
    CAPTURE(k);
    const std::vector<double> ours = step(k);
    REQUIRE(ours.size() == theirs[k].size());
    for (std::size_t i = 0; i < ours.size(); ++i) {
      CHECK(std::abs(ours[i] - theirs[k][i]) <= 1e-4 * norm_of(theirs[k]));
    }
  }
}

}  // namespace

TEST_CASE("the golden file has what the issue asks for") {
  const json& cases = golden().at("jacobians");
  CHECK(cases.size() >= 30);
  std::size_t fewest = 100, most = 0, dependent = 0;
  for (const json& c : cases) {
    fewest = std::min(fewest, c.at("rows").size());
    most = std::max(most, c.at("rows").size());
    dependent += independent(c) ? 0U : 1U;
  }
  CHECK(fewest == 2);
  CHECK(most == 20);
  CHECK(dependent >= 5);
}

TEST_CASE("directions are TorchJD's") {
  const std::vector<Pair> pairs = {
      {"sum", "equal"},
      {"mgda", "mgda"},
      {"upgrad", "upgrad", {{"epsilon", 1e-4}}},
      {"upgrad_tight", "upgrad", {{"epsilon", 1e-9}}},
      {"dualproj", "dualproj", {{"epsilon", 1e-4}}},
      {"dualproj_tight", "dualproj", {{"epsilon", 1e-9}}},
      {"cagrad_0.4", "cagrad", {{"c", 0.4}, {"rescale", Index{0}}}},
      {"cagrad_1.0", "cagrad", {{"c", 1.0}, {"rescale", Index{0}}}},
      {"aligned_min", "aligned", {{"scale_mode", std::string("min")}}, true},
      {"aligned_median", "aligned", {{"scale_mode", std::string("median")}}, true},
      {"aligned_rmse", "aligned", {{"scale_mode", std::string("rmse")}}, true},
      {"imtl_g", "imtl_g"},
      {"config", "config"},
      {"nash", "nash", {}, false, 1e-4, independent},
      {"fairgrad_1", "fairgrad", {{"alpha", 1.0}}, false, 1e-4, independent},
      {"fairgrad_2", "fairgrad", {{"alpha", 2.0}}, false, 1e-4, independent},
      {"krum_squared", "krum", {{"f", Index{1}}, {"select", Index{1}}}},
      {"krum_squared_2", "krum", {{"f", Index{1}}, {"select", Index{2}}}},
      {"trimmed_mean", "trimmed_mean", {{"trim", Index{1}}}},
      {"pcgrad", "pcgrad"},
      {"gradvac", "gradvac", {{"beta", 0.5}}},
  };
  for (const Pair& pair : pairs) {
    if (has_method(pair.ours)) compare(pair);
  }
}

TEST_CASE("equal weights scaled to one are TorchJD's mean") {
  BalanceConventions conventions;
  conventions.scale = "sum_to_one";
  for (const json& c : golden().at("jacobians")) {
    const auto rows = c.at("rows").get<Rows>();
    std::vector<double> weights(rows.size(), 1.0);
    conventions.apply_scale({}, weights);
    const auto theirs = c.at("answers").at("mean").at("direction").get<std::vector<double>>();
    CHECK(error_of(direction(rows, weights), theirs, rows) <= 1e-6);
  }
}

TEST_CASE("mgda is never longer than Frank-Wolfe where TorchJD stops it") {
  if (!has_method("mgda")) return;
  int shorter = 0;
  for (const json& c : golden().at("jacobians")) {
    const auto rows = c.at("rows").get<Rows>();
    const auto theirs =
        c.at("answers").at("mgda_default").at("direction").get<std::vector<double>>();
    const double ours = norm_of(Trial("mgda", rows.size(), rows[0].size()).step(rows).direction);
    CHECK(ours <= norm_of(theirs) * (1.0 + 1e-7));
    shorter += ours < norm_of(theirs) * (1.0 - 1e-4) ? 1 : 0;
  }
  CHECK(shorter > 0);
}

TEST_CASE("of three tasks the answer is one of TorchJD's, which depend on the order") {
  for (const char* name : {"pcgrad", "gradvac"}) {
    if (!has_method(name)) continue;
    CAPTURE(name);
    int compared = 0;
    for (const json& c : golden().at("jacobians")) {
      const std::string key = std::string(name) + "_orders";
      if (!c.at("answers").contains(key)) continue;
      const auto rows = c.at("rows").get<Rows>();
      const Answer ours = Trial(name, 3, rows[0].size()).step(rows);
      double nearest = 1.0;
      for (const json& theirs : c.at("answers").at(key)) {
        nearest =
            std::min(nearest, error_of(ours.direction, theirs.get<std::vector<double>>(), rows));
      }
      CHECK(nearest <= 1e-4);
      ++compared;
    }
    CHECK(compared >= 3);
  }
}

TEST_CASE("weights over three steps are TorchJD's") {
  const std::vector<std::pair<const char*, Options>> methods = {
      {"modo", {{"gamma", 0.1}, {"rho", 0.1}}},
      {"sdmgrad", {{"lambda", 0.3}, {"learning_rate", 10.0}, {"n", Index{20}}}},
      {"excess", {{"eta", 0.5}, {"warmup", Index{1}}}}};
  for (const auto& [name, options] : methods) {
    if (!has_method(name)) continue;
    CAPTURE(name);
    for (const json& c : golden().at("jacobians")) {
      const std::string place = c.at("name");
      CAPTURE(place);
      const auto rows = c.at("rows").get<Rows>();
      const bool excess = std::string_view(name) == "excess";
      const auto tasks = static_cast<double>(rows.size());
      // Theirs is G over the mean of its diagonal, so that one step size suits all; excess is of
      // J, twice J and half of it, and its weights add up to 1.
      double trace = 0.0;
      for (const auto& row : rows) trace += norm_of(row) * norm_of(row);
      Trial trial(name, rows.size(), rows[0].size(), options);
      const auto theirs =
          c.at("answers").at(std::string(name) + "_steps").get<std::vector<std::vector<double>>>();
      compare_steps(theirs, [&](std::size_t k) {
        const double factor =
            excess ? std::array{1.0, 2.0, 0.5}[k] : 1.0 / std::sqrt(trace / tasks);
        Rows given = rows;
        for (auto& row : given) row = times(factor, row);
        return times(excess ? 1.0 / tasks : 1.0, trial.step(given).weights);
      });
    }
  }
}

TEST_CASE("weights from losses are the derivatives of TorchJD's scalarizers") {
  for (const json& c : golden().at("losses")) {
    const auto losses = c.at("losses").get<std::vector<std::vector<double>>>();
    const auto preference = c.at("weights").get<std::vector<double>>();
    const std::vector<Pair> pairs = {
        {"gls", "gls"},
        {"uncertainty", "uncertainty"},
        {"imtl_l", "imtl_l"},
        {"fixed", "fixed", {{"weights", preference}}},
        {"pbi_0.1", "pbi", {{"theta", 0.1}, {"preference", preference}}},
        {"pbi_5.0", "pbi", {{"theta", 5.0}, {"preference", preference}}},
        {"dwa_steps", "dwa"},
        {"famo_steps", "famo", {{"gamma", 0.001}, {"learning_rate", 0.025}}}};
    const std::size_t tasks = losses[0].size();
    const Rows rows(tasks, {1.0});
    for (const Pair& pair : pairs) {
      if (!has_method(pair.ours)) continue;
      CAPTURE(pair.theirs);
      CAPTURE(tasks);
      const json& answer = c.at("answers").at(pair.theirs);
      const json steps = answer[0].is_array() ? answer : json::array({answer});
      const auto theirs = steps.get<std::vector<std::vector<double>>>();
      Trial trial(pair.ours, tasks, 1, pair.options);
      // After the update a batch shows the losses of the next step (only FAMO asks).
      compare_steps(theirs, [&](std::size_t k) {
        return trial.step(rows, losses[k], losses[std::min(k + 1, losses.size() - 1)]).weights;
      });
    }
  }
}
