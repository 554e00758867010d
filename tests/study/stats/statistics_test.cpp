// Against SciPy and statsmodels (tests/study/golden/make.py).
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "study/stats/holm.hpp"
#include "study/stats/paired.hpp"
#include "study/stats/ranks.hpp"
#include "study/stats/seeds_needed.hpp"
#include "study/stats/wilcoxon.hpp"

namespace espalier::stats {

namespace {

using nlohmann::json;
using Values = std::vector<double>;
constexpr double kClose = 1e-6;

json golden() {
  return json::parse(
      file::read(std::string(ESPALIER_SOURCE_DIR) + "/tests/study/golden/statistics.json"));
}

// null is NaN.
void check_close(double found, const json& wanted) {
  if (wanted.is_null()) {
    CHECK(std::isnan(found));
    return;
  }
  const double w = wanted.get<double>();
  CHECK(std::abs(found - w) <= kClose * std::max(1.0, std::abs(w)));
}

}  // namespace

TEST_CASE("paired tests are those of SciPy, with ties, zeros and few pairs") {
  const json all = golden().at("paired");
  REQUIRE(all.size() >= 20);
  for (const json& g : all) {
    const Values a = g.at("a"), b = g.at("b");
    CAPTURE(a.size());
    const PairedResult r = paired(a, b);
    check_close(r.difference.mean, g.at("mean"));
    check_close(r.difference.low, g.at("low"));
    check_close(r.difference.high, g.at("high"));
    check_close(r.t_p, g.at("t_p"));
    check_close(r.wilcoxon_p, g.at("wilcoxon_p"));
    check_close(r.effect, g.at("effect"));
    const PairedResult back = paired(b, a);
    CHECK(back.t_p == doctest::Approx(r.t_p));
    CHECK(back.wilcoxon_p == doctest::Approx(r.wilcoxon_p));
    CHECK(back.difference.mean == doctest::Approx(-r.difference.mean));
  }
}

TEST_CASE("what cannot be judged is not judged") {
  const Values one = {0.5}, other = {0.4};
  const PairedResult single = paired(one, other);
  CHECK(single.difference.mean == doctest::Approx(0.1));
  CHECK(std::isnan(single.t_p));
  CHECK(std::isnan(single.difference.low));
  CHECK(std::isnan(wilcoxon_p({})));
  const Values a = {0.94, 0.93, 0.92};
  const PairedResult same = paired(a, a);
  CHECK(same.t_p == 1.0);
  CHECK(same.wilcoxon_p == 1.0);
  CHECK(same.effect == 0.0);
  // Equal decimals: their last bits differ, which is no spread.
  const Values b = {0.91, 0.90, 0.89};
  const PairedResult shifted = paired(a, b);
  CHECK(std::isnan(shifted.t_p));
  CHECK(shifted.wilcoxon_p == doctest::Approx(0.25));
}

TEST_CASE("signed ranks by hand") {
  // Ranks 1, 2, 3, all positive: two of eight sign patterns are as far out.
  CHECK(wilcoxon_p(Values{0.1, 0.2, 0.3}) == doctest::Approx(0.25));
  CHECK(wilcoxon_p(Values{0.0, 0.1, 0.2, 0.3}) == doctest::Approx(0.25));
  CHECK(wilcoxon_p(Values{-0.1, 0.2, 0.3}) == doctest::Approx(0.5));
}

TEST_CASE("Holm's adjustment is statsmodels'; NaN does not count") {
  const json families = golden().at("holm");
  for (const json& g : families) {
    const Values p = g.at("p");
    const Values adjusted = holm(p);
    for (std::size_t i = 0; i < p.size(); ++i) check_close(adjusted[i], g.at("adjusted")[i]);
  }
  const Values with = holm(Values{0.01, std::nan(""), 0.04});
  CHECK(with[0] == doctest::Approx(0.02));
  CHECK(std::isnan(with[1]));
  CHECK(with[2] == doctest::Approx(0.04));
}

TEST_CASE("ranks, Friedman's test and the critical difference") {
  const json friedman = golden().at("friedman");
  for (const json& g : friedman) {
    const std::vector<Values> scores = g.at("scores");
    const RankResult r = rank_methods(scores);
    check_close(r.friedman_p, g.at("p"));
    for (std::size_t m = 0; m < r.average.size(); ++m)
      check_close(r.average[m], g.at("average")[m]);
  }
  const json q = golden().at("nemenyi");
  for (std::size_t k = 2; k <= 30; ++k) {
    const std::vector<Values> rows(7, Values(k, 0.5));
    const RankResult r = rank_methods(rows);
    const auto methods = static_cast<double>(k);
    REQUIRE(r.critical_difference);
    check_close(*r.critical_difference,
                q[k - 2].get<double>() * std::sqrt(methods * (methods + 1.0) / 42.0));
    CHECK(std::isnan(r.friedman_p));
  }
}

TEST_CASE("power, and the seeds that an effect needs") {
  const json power = golden().at("power");
  for (const json& g : power) {
    check_close(paired_t_power(g.at("effect"), g.at("n")), g.at("power"));
  }
  const json needed = golden().at("needed");
  for (const json& g : needed) {
    const auto n = seeds_needed(g.at("effect"));
    REQUIRE(n);
    CHECK(*n == g.at("n").get<std::size_t>());
  }
  CHECK(!seeds_needed(0.0));
  CHECK(!seeds_needed(0.001));
  CHECK(!seeds_needed(std::nan("")));
}

}  // namespace espalier::stats
