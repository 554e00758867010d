#include "study/report/report.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "sample.hpp"
#include "study/report/escape.hpp"

namespace espalier {

using namespace report_tests;

namespace {

std::size_t count_of(const std::string& what, const std::string& text) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++found;
  }
  return found;
}

const Figure* named(const std::vector<Figure>& all, const std::string& name) {
  for (const Figure& figure : all) {
    if (figure.name == name) return &figure;
  }
  return nullptr;
}

std::string all_formats(const Json& results) {
  std::string all =
      html_report(results) + markdown_report(results) + csv_report(results) + tex_report(results);
  for (const Figure& figure : figures(results)) all += figure.svg;
  return all;
}

/// Every document that lacks one member, at any depth, or has null, a number or a string there.
void for_each_damage(const Json& whole, const std::function<void(const Json&)>& use) {
  const std::vector<Json> others = {Json(), Json("x"), Json::object()};
  std::set<std::string> done;
  const Json flat = whole.flatten();
  for (const auto& entry : flat.items()) {
    for (Json::json_pointer at(entry.key()); !at.empty(); at = at.parent_pointer()) {
      // A long list says no more than its start.
      if (at.back().size() > 1 && at.back().find_first_not_of("0123456789") == std::string::npos) {
        break;
      }
      if (!done.insert(at.to_string()).second) break;  // and what is above it
      for (const Json& other : others) {
        Json damaged = whole;
        damaged[at] = other;
        use(damaged);
      }
    }
  }
}

}  // namespace

TEST_CASE("report: one path for each series") {
  const auto all = figures(plain_sample());
  const std::size_t contenders = 3, tasks = 2;
  const auto series = [&](const char* name) {
    REQUIRE(named(all, name) != nullptr);
    return count_of("<path d=", named(all, name)->svg) ==
                   count_of("class=\"series", named(all, name)->svg) +
                       count_of("class=\"band", named(all, name)->svg)
               ? count_of("class=\"series", named(all, name)->svg)
               : 0;
  };
  CHECK(series("curves") == contenders * tasks);
  CHECK(series("weights") == contenders * tasks);
  CHECK(series("conflict") == 2 * contenders);
  CHECK(series("sizes") == contenders);
  CHECK(count_of("class=\"interval", named(all, "intervals")->svg) == contenders * (tasks + 1));
  CHECK(count_of("class=\"series", named(all, "ranks")->svg) == contenders);
}

TEST_CASE("report: tables beside figures hold the document's numbers") {
  const Json results = plain_sample();
  const auto all = figures(results);
  const report::Table& intervals = named(all, "intervals")->table;
  REQUIRE(intervals.rows.size() == 9);
  const Json& given = results["contenders"][1]["tasks"]["letters"];
  CHECK(intervals.rows[1].cells[1].text == "hard");
  CHECK(*intervals.rows[1].cells[2].value == given["mean"].get<double>());
  CHECK(*intervals.rows[1].cells[3].value == given["low"].get<double>());
  CHECK(*intervals.rows[1].cells[4].value == given["high"].get<double>());
  const report::Table& heat = named(all, "heat_map")->table;
  CHECK(*heat.rows[0].cells[2].value ==
        results["relative"]["id1"]["letters"]["change"].get<double>());
  CHECK(heat.rows[0].cells[2].text == "+3.0 %");
  CHECK(report::html(heat).find("<td class=\"n\"><data value=\"0.03\">+3.0 %</data></td>") !=
        std::string::npos);
}

TEST_CASE("report: cells whose interval contains 0 are hatched, and no others") {
  Json results = plain_sample();
  const auto hatched = [&] {
    const auto all = figures(results);
    return count_of("class=\"hatch", named(all, "heat_map")->svg);
  };
  // Changes 0.03, -0.02, 0.06, -0.04 with half width 0.025: one interval holds 0.
  CHECK(hatched() == 1);
  results["relative"]["id1"]["letters"]["low"] = -0.001;
  CHECK(hatched() == 2);
}

TEST_CASE("report: a mean over the seeds that have a value, and their band") {
  Json results = {{"tasks", {{{"name", "a"}}}}};
  results["curves"]["x"]["a"] = {
      {"epochs", {1, 2, 3}}, {"seeds", {{"1", {0.5, nullptr, 1.0}}, {"2", {0.7, 0.9, nullptr}}}}};
  const auto all = figures(results);
  REQUIRE(all.size() == 1);
  const auto& rows = all[0].table.rows;
  REQUIRE(rows.size() == 3);
  CHECK(*rows[0].cells[3].value == doctest::Approx(0.6));
  CHECK(*rows[0].cells[4].value == 0.5);
  CHECK(*rows[0].cells[5].value == 0.7);
  CHECK(*rows[1].cells[3].value == 0.9);
  CHECK(*rows[2].cells[3].value == 1.0);
}

TEST_CASE("report: no critical difference over fewer than five rows") {
  Json results = plain_sample();
  CHECK(named(figures(results), "ranks") != nullptr);
  results["ranks"]["rows"] = 4;
  CHECK(named(figures(results), "ranks") == nullptr);
}

TEST_CASE("report: what is absent or null leaves its section out") {
  const Json whole = plain_sample();
  const std::vector<std::pair<std::string, std::string>> sections = {
      {"relative", "heat_map"}, {"ranks", "ranks"},     {"transfer", "transfer"},
      {"pareto", "pareto"},     {"sizes", "sizes"},     {"curves", "curves"},
      {"conflict", "conflict"}, {"weights", "weights"}, {"contenders", "intervals"}};
  for (const auto& section : sections) {
    INFO(section.first);
    Json less = whole;
    less[section.first] = nullptr;
    const std::string nulled = all_formats(less);
    CHECK(named(figures(less), section.second) == nullptr);
    CHECK(nulled.find("<figure id=\"" + section.second) == std::string::npos);
    less.erase(section.first);
    CHECK(all_formats(less) == nulled);
    CHECK(named(figures(whole), section.second) != nullptr);
  }
  Json less = whole;
  for (const char* key : {"differences", "verdict", "alarms"}) less.erase(key);
  const std::string page = html_report(less);
  for (const char* title : {"<h2>Differences", "<h2>Verdict", "<h2>Alarms"}) {
    CHECK(html_report(whole).find(title) != std::string::npos);
    CHECK(page.find(title) == std::string::npos);
  }
}

TEST_CASE("report: an empty study") {
  CHECK(figures(Json::object()).empty());
  CHECK(html_report(Json::object()).find("<h1>Study</h1>") != std::string::npos);
  CHECK(html_report(Json::object()).find("<h2>") == std::string::npos);
  CHECK(markdown_report(Json::object()) == "# Study\n");
  CHECK(count_of("\r\n", csv_report(Json::object())) == 1);
  CHECK(tex_report(Json::object()).find("tabular") == std::string::npos);
  CHECK_THROWS_WITH_AS(html_report(Json::array()),
                       "[report] expected the results of a study as an object, found array",
                       ConfigError);
}

TEST_CASE("report: any part may be something else") {
  const Json whole = Sample({"a", "b"}, {"x", "y"}, 2).json();
  std::size_t reports = 0;
  for_each_damage(whole, [&](const Json& damaged) {
    reports += all_formats(damaged).find("<h1>") != std::string::npos ? 1U : 0U;
  });
  CHECK(reports > 500);
}

TEST_CASE("report: numbers of any size are drawn without a nan") {
  for (const double huge : {1.7e308, -1.7e308, 1e160, 5e-324, 0.0}) {
    Json results = plain_sample();
    for (Json& contender : results["contenders"]) {
      contender["tasks"]["letters"] = {{"mean", huge}, {"low", -huge}, {"high", huge}, {"n", 2}};
      contender["cost"]["flops"] = huge;
    }
    results["curves"]["id0"]["letters"]["seeds"]["1"][0] = huge;
    results["pareto"]["points"][0]["values"][0] = huge;
    results["ranks"]["average"]["id1"] = huge;
    results["sizes"]["limits"][0] = huge;
    results["relative"]["id1"]["letters"]["change"] = huge;
    for (const Figure& figure : figures(results)) {
      INFO(figure.name);
      INFO(huge);
      CHECK(figure.svg.find("nan") == std::string::npos);
      CHECK(count_of("=\"inf", figure.svg) + count_of("=\"-inf", figure.svg) == 0);
    }
    CHECK(html_report(results).find("</html>") != std::string::npos);
  }
}

TEST_CASE("report: same document, same bytes") {
  CHECK(all_formats(plain_sample()) == all_formats(plain_sample()));
}

TEST_CASE("report: hostile names in every format") {
  const Json results = hostile_sample();
  const std::string page = html_report(results);
  CHECK(page.find("<script>window.pwned") == std::string::npos);
  CHECK(page.find("<img") == std::string::npos);
  CHECK(page.find("&lt;/script&gt;&lt;script&gt;window.pwned=1") != std::string::npos);
  const std::string text = markdown_report(results);
  // Outside the fenced commands nothing is HTML.
  CHECK(text.substr(0, text.find("## Commands")).find('<') == std::string::npos);
  std::size_t columns = 0;
  const std::size_t table = text.find("| contender");
  for (std::size_t i = table; text[i] != '\n'; ++i) {
    columns += text[i] == '|' && text[i - 1] != '\\' ? 1U : 0U;
  }
  CHECK(columns == 9);  // contender, two tasks, Delta_m, four costs
  CHECK(tex_report(results).find("\\textless{}script\\textgreater{}") != std::string::npos);
  CHECK(csv_report(results).find("window.pwned=1</script>\"\"'&amp;") != std::string::npos);
}

}  // namespace espalier
