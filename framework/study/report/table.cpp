#include "study/report/table.hpp"

#include "core/text.hpp"
#include "study/report/escape.hpp"
#include "study/report/format.hpp"

namespace espalier::report {

namespace {

constexpr std::string_view kMark = " \xE2\x80\xA0";  // a dagger

std::string html_cell(const Cell& cell, bool first, bool marked) {
  if (first) {
    return text::cat("<th scope=\"row\">", xml(cell.text), marked ? " <small>baseline</small>" : "",
                     "</th>");
  }
  if (!cell.value) return "<td>" + xml(cell.text) + "</td>";
  return text::cat("<td class=\"n\"><data value=\"", text::number(*cell.value), "\">",
                   xml(cell.text), "</data></td>");
}

bool any_marked(const Table& table) {
  for (const Row& row : table.rows) {
    if (row.marked) return true;
  }
  return false;
}

/// One line of cells made by `escape`, between `before`, `between` and `after`.
template <class Escape>
std::string line(const Row& row, const char* before, const char* between, const char* after,
                 Escape escape) {
  std::vector<std::string> cells;
  for (const Cell& cell : row.cells) cells.push_back(escape(cell.text));
  if (row.marked && !cells.empty()) cells[0] += escape(kMark);
  return before + text::join(cells, between) + after;
}

Row header_row(const Table& table) {
  Row row;
  for (const std::string& name : table.header) row.cells.push_back({name});
  return row;
}

}  // namespace

Cell cell(const std::optional<double>& value) { return {shown(value), value}; }

std::string html(const Table& table) {
  std::string out = "<table>\n";
  if (!table.caption.empty()) out += "<caption>" + xml(table.caption) + "</caption>\n";
  out += "<thead><tr>";
  for (const std::string& name : table.header) out += "<th scope=\"col\">" + xml(name) + "</th>";
  out += "</tr></thead>\n<tbody>\n";
  for (const Row& row : table.rows) {
    out += row.marked ? "<tr class=\"baseline\">" : "<tr>";
    for (std::size_t c = 0; c < row.cells.size(); ++c)
      out += html_cell(row.cells[c], c == 0, row.marked);
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n";
}

std::string markdown(const Table& table) {
  const auto escape = [](std::string_view raw) { return markdown(raw); };
  std::string out = line(header_row(table), "| ", " | ", " |\n", escape) + "|";
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    const bool numeric = !table.rows.empty() && c < table.rows[0].cells.size() &&
                         table.rows[0].cells[c].value.has_value();
    out += numeric ? " ---: |" : " --- |";
  }
  out += "\n";
  for (const Row& row : table.rows) out += line(row, "| ", " | ", " |\n", escape);
  if (any_marked(table)) out += text::cat("\n", kMark.substr(1), " baseline\n");
  return out;
}

std::string tex(const Table& table) {
  const auto escape = [](std::string_view raw) { return tex(raw); };
  std::string out = "\\begin{tabular}{l" +
                    std::string(table.header.empty() ? 0 : table.header.size() - 1, 'r') +
                    "}\n\\toprule\n";
  out += line(header_row(table), "", " & ", " \\\\\n\\midrule\n", escape);
  for (const Row& row : table.rows) out += line(row, "", " & ", " \\\\\n", escape);
  out += "\\bottomrule\n\\end{tabular}\n";
  if (any_marked(table)) out += "\n" + tex(kMark.substr(1)) + " baseline\n";
  return out;
}

std::string csv(const Table& table) {
  std::string out;
  const auto add = [&](const Row& row) {
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      const Cell& cell = row.cells[c];
      out += (c > 0 ? "," : "") + (cell.value ? text::number(*cell.value) : csv(cell.text));
    }
    out += "\r\n";
  };
  add(header_row(table));
  for (const Row& row : table.rows) add(row);
  return out;
}

}  // namespace espalier::report
