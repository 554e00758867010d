#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "espalier/api.hpp"
#include "study/report/table.hpp"

namespace espalier::report {

/// A drawing with its numbers as a table. `name` is fit for a file ("heat_map").
struct Figure {
  std::string name, title, svg;
  Table table;
};

}  // namespace espalier::report

namespace espalier {

using report::Figure;

/// The report of a study as a page that needs nothing beside itself: verdict, tables, figures,
/// provenance. Any part of `results` may be absent or null; its section is then left out. Same
/// document, same bytes. ConfigError where `results` is no object.
ESPALIER_API std::string html_report(const nlohmann::ordered_json& results);

/// The same without figures, but with the tables behind them.
ESPALIER_API std::string markdown_report(const nlohmann::ordered_json& results);

/// Every score as one row (kind "seed"), then means with intervals, Delta_m and cost; RFC 4180.
ESPALIER_API std::string csv_report(const nlohmann::ordered_json& results);

/// The table of means and that of differences, for a document with booktabs.
ESPALIER_API std::string tex_report(const nlohmann::ordered_json& results);

/// All figures that `results` has the numbers for, in the order of the page.
ESPALIER_API std::vector<Figure> figures(const nlohmann::ordered_json& results);

}  // namespace espalier
