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
      {"trimmed_mean", "trimmed_mean", {{"trim", Index{1}}}},
      {"pcgrad", "pcgrad"},
  };
  for (const Pair& pair : pairs) compare(pair);
}

TEST_CASE("pcgrad of three tasks is one of TorchJD's, which depend on the order") {
  int compared = 0;
  for (const json& c : golden().at("jacobians")) {
    if (!c.at("answers").contains("pcgrad_orders")) continue;
    const auto rows = c.at("rows").get<Rows>();
    const Answer ours = Trial("pcgrad", 3, rows[0].size()).step(rows);
    double nearest = 1.0;
    for (const json& theirs : c.at("answers").at("pcgrad_orders")) {
      nearest =
          std::min(nearest, error_of(ours.direction, theirs.get<std::vector<double>>(), rows));
    }
    CHECK(nearest <= 1e-4);
    ++compared;
  }
  CHECK(compared >= 3);
}
