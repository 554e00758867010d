// The reports as text: Markdown and LaTeX.
#include "core/text.hpp"
#include "study/report/escape.hpp"
#include "study/report/headline.hpp"
#include "study/report/report.hpp"

namespace espalier {

namespace report {

namespace {

std::string bullets(const Json& sentences) {
  std::string out;
  for (const Json* one : list(sentences)) out += "- " + markdown(words(*one)) + "\n";
  return out;
}

std::string section(const std::string& title, const std::string& body) {
  return body.empty() ? "" : text::cat("\n## ", markdown(title), "\n\n", body);
}

std::string section(const std::string& title, const Table& table) {
  if (table.rows.empty()) return "";
  const std::string caption = table.caption.empty() ? "" : "\n" + markdown(table.caption) + "\n";
  return section(title, markdown(table) + caption);
}

}  // namespace

}  // namespace report

std::string markdown_report(const nlohmann::ordered_json& results) {
  using namespace report;
  const Names who = names(results);
  const Json& study = part(results, "study");
  const std::string name = words(part(study, "name"));
  std::string out = "# " + markdown(name.empty() ? "Study" : name) + "\n";
  const std::string description = words(part(study, "description"));
  if (!description.empty()) out += "\n" + markdown(description) + "\n";
  std::string facts;
  for (const auto& [label, fact] : study_facts(results)) {
    facts += text::cat("- ", markdown(label), ": ", markdown(fact), "\n");
  }
  if (!facts.empty()) out += "\n" + facts;
  out += section("Verdict", bullets(part(results, "verdict")));
  out += section("Alarms", bullets(part(results, "alarms")));
  out += section("Results", headline_table(results, who));
  out += section("Differences", difference_table(results, who, Family::baseline));
  out += section("Differences of each two contenders",
                 difference_table(results, who, Family::contenders));
  out += section("Runs that failed", failed_table(who));
  for (const Figure& figure : figures(results)) out += section(figure.title, figure.table);
  out += section("Runs", run_table(who));
  out += section("Provenance", provenance_table(results));
  std::string lines;
  for (const auto& [label, command] : commands(results, who)) {
    lines += text::cat(lines.empty() ? "" : "\n", markdown(label), ":\n\n", markdown_code(command));
  }
  return out + section("Commands", lines);
}

std::string tex_report(const nlohmann::ordered_json& results) {
  using namespace report;
  const Names who = names(results);
  std::string out = "% needs \\usepackage{booktabs}, \\usepackage[T1]{fontenc}\n";
  for (const Table& table :
       {headline_table(results, who), difference_table(results, who, Family::baseline),
        difference_table(results, who, Family::contenders)}) {
    if (table.rows.empty()) continue;
    out += text::cat("\\begin{table}\n\\centering\n\\caption{", tex(table.caption), "}\n",
                     tex(table), "\\end{table}\n");
  }
  return out;
}

}  // namespace espalier
