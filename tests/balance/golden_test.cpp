// Directions and weights of TorchJD (golden/golden.json; golden/README.md says what is compared how
// and why).
#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <limits>
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
  std::string_view theirs;
  std::string_view ours;
  Options options = {};
  bool times_tasks = false;                        ///< theirs is a mean where ours is a sum
  std::function<bool(const json&)> compared = {};  ///< which Jacobians; all where empty
};

bool independent(const json& c) { return c.at("rank") == c.at("rows").size(); }

/// Theirs takes a row of zeros for a task; ours never sees it.
bool no_zero_row(const json& c) { return c.at("kind") != "zero"; }

/// With one neighbour each (T - f - 2 = 1), two tasks have the same score.
bool no_tie(const json& c) { return no_zero_row(c) && c.at("rows").size() > 4; }

std::vector<double> numbers_of(const json& c, std::string_view key, const char* what) {
  return c.at("answers").at(std::string(key)).at(what).get<std::vector<double>>();
}

/// How far w is from G w = w^(-1/alpha), relative.
double unfairness(const Rows& rows, const std::vector<double>& w, double alpha) {
  double worst = 0.0;
  const std::vector<double> d = direction(rows, w);
  for (std::size_t t = 0; t < rows.size(); ++t) {
    const double along = std::inner_product(d.begin(), d.end(), rows[t].begin(), 0.0);
    const double error = std::abs(along * std::pow(w[t], 1.0 / alpha) - 1.0);
    worst = std::isfinite(error) ? std::max(worst, error) : 1.0;
  }
  return worst;
}

double distance(std::vector<double> a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return norm_of(a);
}

/// |a - b| relative to b, or to a thousandth of the rows where b is next to nothing.
double error_of(const std::vector<double>& a, const std::vector<double>& b, const Rows& rows) {
  double rows_norm = 0.0;
  for (const auto& row : rows) rows_norm = std::max(rows_norm, norm_of(row));
  return distance(a, b) / std::max(norm_of(b), 1e-3 * rows_norm);
}

/// min over tasks of <g_t, d>
double worst_decrease(const Rows& rows, const std::vector<double>& d) {
  double worst = std::numeric_limits<double>::infinity();
  for (const auto& row : rows) {
    worst = std::min(worst, std::inner_product(row.begin(), row.end(), d.begin(), 0.0));
  }
  return worst;
}

std::vector<double> times(double factor, std::vector<double> x) {
  for (double& v : x) v *= factor;
  return x;
}

void compare(const Pair& pair) {
  CAPTURE(pair.theirs);
  int compared = 0;
  for (const json& c : golden().at("jacobians")) {
    if (!c.at("answers").contains(std::string(pair.theirs))) continue;
    if (pair.compared && !pair.compared(c)) continue;
    const std::string name = c.at("name");
    CAPTURE(name);
    const auto rows = c.at("rows").get<Rows>();
    const auto theirs = numbers_of(c, pair.theirs, "direction");
    const auto ours = Trial(pair.ours, rows.size(), rows[0].size(), pair.options).step(rows);
    const double factor = pair.times_tasks ? static_cast<double>(rows.size()) : 1.0;
    CHECK(error_of(ours.direction, times(factor, theirs), rows) <= 1e-4);
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
      {"upgrad", "upgrad", {{"epsilon", 1e-4}}, false, no_zero_row},
      {"upgrad_tight", "upgrad", {{"epsilon", 1e-9}}, false, no_zero_row},
      {"dualproj", "dualproj", {{"epsilon", 1e-4}}, false, no_zero_row},
      {"dualproj_tight", "dualproj", {{"epsilon", 1e-9}}, false, no_zero_row},
      {"aligned_min", "aligned", {{"scale_mode", std::string("min")}}, true},
      {"aligned_median", "aligned", {{"scale_mode", std::string("median")}}, true},
      {"aligned_rmse", "aligned", {{"scale_mode", std::string("rmse")}}, true},
      {"imtl_g", "imtl_g"},
      {"config", "config"},
      {"krum_squared", "krum", {{"f", Index{1}}, {"select", Index{1}}}, false, no_tie},
      {"krum_squared_2", "krum", {{"f", Index{1}}, {"select", Index{2}}}, false, no_tie},
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

// Frank-Wolfe ends at some d' of the gradients' convex hull. Of the hull's shortest vector d it is
// at most sqrt(|d'|^2 - |d|^2) away, whatever stopped it.
TEST_CASE("mgda is the point that TorchJD's Frank-Wolfe approaches") {
  if (!has_method("mgda")) return;
  int converged = 0, shorter = 0;
  for (const json& c : golden().at("jacobians")) {
    if (!no_zero_row(c)) continue;
    const std::string name = c.at("name");
    CAPTURE(name);
    const auto rows = c.at("rows").get<Rows>();
    const auto ours = Trial("mgda", rows.size(), rows[0].size()).step(rows).direction;
    const double length = norm_of(ours), slack = 1e-7 * norm_of(rows[0]);
    for (const char* key : {"mgda", "mgda_default"}) {
      const auto theirs = numbers_of(c, key, "direction");
      CHECK(length <= norm_of(theirs) + slack);
      const double gap = std::max(0.0, std::pow(norm_of(theirs), 2) - length * length);
      CHECK(distance(ours, theirs) <= std::sqrt(gap + 1e-8 * length * length) + slack);
    }
    const double error = error_of(ours, numbers_of(c, "mgda", "direction"), rows);
    converged += error <= 1e-4 ? 1 : 0;
    const double stopped = norm_of(numbers_of(c, "mgda_default", "direction"));
    shorter += length < stopped * (1.0 - 1e-4) ? 1 : 0;
  }
  CHECK(converged >= 15);
  CHECK(shorter >= 15);
}

// d is to be best for the worst task within |d - g0| <= c |g0|. Where TorchJD's conic solver stops
// earlier, ours must be better at that.
TEST_CASE("cagrad is TorchJD's direction or a better one") {
  if (!has_method("cagrad")) return;
  for (const double c : {0.4, 1.0}) {
    int same = 0, all = 0;
    for (const json& j : golden().at("jacobians")) {
      if (!no_zero_row(j)) continue;
      const std::string name = j.at("name");
      CAPTURE(name);
      CAPTURE(c);
      const auto rows = j.at("rows").get<Rows>();
      const auto theirs = numbers_of(j, c < 0.5 ? "cagrad_0.4" : "cagrad_1.0", "direction");
      const auto ours =
          Trial("cagrad", rows.size(), rows[0].size(), {{"c", c}, {"rescale", Index{0}}})
              .step(rows)
              .direction;
      const auto g0 =
          direction(rows, std::vector(rows.size(), 1.0 / static_cast<double>(rows.size())));
      CHECK(distance(ours, g0) <= c * norm_of(g0) * (1.0 + 1e-9));
      const double scale = norm_of(g0) * norm_of(rows[0]);
      CHECK(worst_decrease(rows, ours) >= worst_decrease(rows, theirs) - 1e-6 * scale);
      same += error_of(ours, theirs, rows) <= 1e-4 ? 1 : 0;
      ++all;
    }
    CHECK(same >= all * 2 / 3);
  }
}

// Theirs are a bounded least-squares solver and a sequence of conic programs; some of their answers
// are no solutions. Ours always are.
TEST_CASE("fair weights solve their equation, and are TorchJD's where those do") {
  const std::vector<std::pair<Pair, double>> pairs = {
      {{"nash", "nash"}, 1.0},
      {{"fairgrad_1", "fairgrad", {{"alpha", 1.0}}}, 1.0},
      {{"fairgrad_2", "fairgrad", {{"alpha", 2.0}}}, 2.0}};
  for (const auto& entry : pairs) {
    const Pair& pair = entry.first;
    const double alpha = entry.second;
    if (!has_method(pair.ours)) continue;
    CAPTURE(pair.theirs);
    int compared = 0;
    for (const json& c : golden().at("jacobians")) {
      if (!independent(c)) continue;
      const std::string name = c.at("name");
      CAPTURE(name);
      const auto rows = c.at("rows").get<Rows>();
      const Answer ours = Trial(pair.ours, rows.size(), rows[0].size(), pair.options).step(rows);
      CHECK(unfairness(rows, ours.weights, alpha) <= 1e-7);
      if (unfairness(rows, numbers_of(c, pair.theirs, "weights"), alpha) > 1e-4) continue;
      CHECK(error_of(ours.direction, numbers_of(c, pair.theirs, "direction"), rows) <= 1e-4);
      ++compared;
    }
    CHECK(compared >= 15);
  }
}

TEST_CASE("a zero row is a task to TorchJD's mean, and none to ours") {
  for (const char* name : {"upgrad", "dualproj"}) {
    if (!has_method(name)) continue;
    int compared = 0;
    for (const json& c : golden().at("jacobians")) {
      if (no_zero_row(c)) continue;
      Rows rows = c.at("rows").get<Rows>();
      const auto theirs = numbers_of(c, name, "direction");
      const auto all = static_cast<double>(rows.size());
      std::erase_if(rows, [](const auto& row) { return norm_of(row) == 0.0; });
      const Answer ours = Trial(name, rows.size(), rows[0].size(), {{"epsilon", 1e-4}}).step(rows);
      const double n = static_cast<double>(rows.size());
      CHECK(error_of(ours.direction, times(all / n, theirs), rows) <= 1e-4);
      ++compared;
    }
    CHECK(compared == 2);
  }
}

TEST_CASE("of three tasks the answer is one of TorchJD's, which depend on the order") {
  for (const std::string_view name : {"pcgrad", "gradvac"}) {
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
  const std::vector<std::pair<std::string_view, Options>> methods = {
      {"modo", {{"gamma", 0.1}, {"rho", 0.1}}},
      {"sdmgrad", {{"lambda", 0.3}, {"learning_rate", 1.0}, {"n", Index{20}}}},
      {"excess", {{"eta", 0.5}, {"warmup", Index{1}}}}};
  for (const auto& entry : methods) {
    const std::string_view name = entry.first;
    const Options& options = entry.second;
    if (!has_method(name)) continue;
    CAPTURE(name);
    for (const json& c : golden().at("jacobians")) {
      const std::string place = c.at("name");
      CAPTURE(place);
      const auto rows = c.at("rows").get<Rows>();
      const bool excess = name == "excess";
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
      const json& answer = c.at("answers").at(std::string(pair.theirs));
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
