#include "core/text.hpp"
#include "study/report/curve_data.hpp"
#include "study/report/escape.hpp"
#include "study/report/headline.hpp"
#include "study/report/page.hpp"
#include "study/report/report.hpp"
#include "study/report/uplot.hpp"

namespace espalier {

namespace report {

namespace {

constexpr std::size_t kInteractivePoints = 2000;

/// A box of its own to scroll in; with a name and a tab stop, so that the keyboard can.
std::string boxed(const std::string& name, const std::string& content) {
  return text::cat("<div class=\"box\" role=\"region\" tabindex=\"0\" aria-label=\"", xml(name),
                   "\">\n", content, "</div>\n");
}

std::string sentences(const char* title, const char* kind, const Json& given) {
  std::string items;
  for (const Json* one : list(given)) items += "<li>" + xml(words(*one)) + "</li>\n";
  if (items.empty()) return "";
  return text::cat("<section class=\"", kind, "\"><h2>", title, "</h2>\n<ul>\n", items,
                   "</ul></section>\n");
}

std::string section(const std::string& title, const Table& table) {
  if (table.rows.empty()) return "";
  return text::cat("<section><h2>", xml(title), "</h2>\n", boxed(title, html(table)),
                   "</section>\n");
}

std::string folded(const std::string& title, const std::string& content) {
  return text::cat("<details><summary>", xml(title), "</summary>\n", content, "</details>\n");
}

std::string figure_html(const Figure& figure) {
  const bool curves = figure.name == "curves" && !uplot_script().empty();
  return text::cat("<figure id=\"", figure.name, "\"><figcaption>", xml(figure.title),
                   "</figcaption>\n", curves ? "<div id=\"plots\" hidden></div>\n" : "",
                   "<div class=\"drawn\">", boxed(figure.title, figure.svg), "</div>\n",
                   folded("The numbers as a table", boxed(figure.title, html(figure.table))),
                   "</figure>\n");
}

std::string header(const Json& results, const std::string& title) {
  std::string out = "<header><h1>" + xml(title) + "</h1>\n";
  const std::string description = words(part(part(results, "study"), "description"));
  if (!description.empty()) out += "<p>" + xml(description) + "</p>\n";
  std::string facts;
  for (const auto& [label, fact] : study_facts(results)) {
    facts += "<dt>" + xml(label) + "</dt><dd>" + xml(fact) + "</dd>\n";
  }
  if (!facts.empty()) out += "<dl>\n" + facts + "</dl>\n";
  return out + "</header>\n";
}

std::string footer(const Json& results, const Names& names) {
  std::string out;
  const Table made = provenance_table(results), runs = run_table(names);
  if (!made.rows.empty()) out += folded("Builds and data", boxed(made.caption, html(made)));
  if (!runs.rows.empty()) out += folded("Runs", boxed(runs.caption, html(runs)));
  std::string lines;
  for (const auto& [label, command] : commands(results, names)) {
    lines += text::cat("<h3>", xml(label), "</h3><pre><code>", xml(command), "</code></pre>\n");
  }
  if (!lines.empty()) out += folded("Commands", lines);
  return out.empty() ? "" : "<section><h2>Provenance</h2>\n" + out + "</section>\n";
}

std::string differences(const Json& results, const Names& names) {
  const Table alone = difference_table(results, names, Family::baseline);
  const Table among = difference_table(results, names, Family::contenders);
  if (among.rows.empty()) return section("Differences", alone);
  const std::string pairs = boxed(among.caption, html(among));
  if (alone.rows.empty()) return section("Differences", among);
  std::string out = section("Differences", alone);
  return out.insert(out.rfind("</section>"), folded("Of each two contenders", pairs));
}

std::string body(const Json& results, const Names& names) {
  std::string out = sentences("Verdict", "verdict", part(results, "verdict")) +
                    sentences("Alarms", "alarms", part(results, "alarms")) +
                    section("Results", headline_table(results, names)) +
                    differences(results, names) + section("Runs that failed", failed_table(names));
  std::string drawn;
  for (const Figure& figure : figures(results)) drawn += figure_html(figure);
  if (!drawn.empty()) out += "<section><h2>Figures</h2>\n" + drawn + "</section>\n";
  return out + footer(results, names);
}

/// The scripts of the interactive curves, none where there are no curves or no uPlot.
std::vector<std::string> scripts(const std::vector<TaskCurves>& curves) {
  if (curves.empty() || uplot_script().empty()) return {};
  return {std::string(uplot_script()), std::string(page_script())};
}

}  // namespace

}  // namespace report

std::string html_report(const nlohmann::ordered_json& results) {
  using namespace report;
  const Names who = names(results);
  const std::vector<TaskCurves> curves = task_curves(results, who);
  const std::vector<std::string> code = scripts(curves);
  std::vector<std::string> styles = {page_style()};
  if (!code.empty()) styles.emplace_back(uplot_style());
  const std::string name = words(part(part(results, "study"), "name"));
  const std::string title = name.empty() ? "Study" : name;
  std::string out = text::cat(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"",
      content_policy(code, styles),
      "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
      xml(title), "</title>\n");
  for (const std::string& style : styles) out += "<style>" + style + "</style>\n";
  out += "</head>\n<body>\n<main>\n" + header(results, title) + body(results, who);
  if (!code.empty()) {
    out += folded("uPlot's licence",
                  text::cat("<div class=\"licence\">", xml(uplot_licence()), "</div>\n"));
  }
  out += "</main>\n";
  if (!code.empty()) {
    out += text::cat("<script type=\"application/json\" id=\"curve-data\">",
                     script_json(curve_json(curves, kInteractivePoints)), "</script>\n");
  }
  for (const std::string& script : code) out += "<script>" + script + "</script>\n";
  return out + "</body>\n</html>\n";
}

}  // namespace espalier
