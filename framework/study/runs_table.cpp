#include "study/runs_table.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/yaml_parse.hpp"
#include "study/report/table.hpp"

namespace espalier {

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using Row = std::map<std::string, std::string>;

/// Rows with their columns in the order in which they were first seen.
struct Runs {
  std::vector<std::string> columns;
  std::vector<Row> rows;

  void put(Row& row, const std::string& column, const std::string& value) {
    if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
    row[column] = value;
  }
};

// Scalars of a spec by their path; lists as one text.
void flatten(const ConfigNode& node, const std::string& path, Runs& runs, Row& row) {
  if (node.kind == ConfigNode::Kind::scalar) return runs.put(row, path, node.scalar);
  // A choice, `sharing: { cross_stitch: { ... } }`: its name is a column of its own.
  const bool choice = node.entries.size() == 1 && !path.empty() &&
                      node.entries[0].value.kind == ConfigNode::Kind::map;
  if (choice) runs.put(row, path, node.entries[0].key);
  for (const ConfigNode::Entry& entry : node.entries) {
    flatten(entry.value, path_inside(path, entry.key), runs, row);
  }
  bool scalars = true;
  std::vector<std::string> items;
  for (const ConfigNode& item : node.items) {
    scalars = scalars && item.kind == ConfigNode::Kind::scalar;
    items.push_back(item.scalar);
  }
  if (!node.items.empty() && scalars) runs.put(row, path, "[" + text::join(items, ",") + "]");
  for (std::size_t i = 0; i < node.items.size() && !scalars; ++i) {
    flatten(node.items[i], path_inside(path, text::cat(i)), runs, row);
  }
}

std::string shown(const ordered_json& value) {
  if (value.is_number_float()) return text::number(value.get<double>());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void add_summary(const ordered_json& s, Runs& runs, Row& row) {
  if (!s.is_object()) return;
  runs.put(row, "status", s.value("status", ""));
  if (s.contains("tasks")) {
    for (const auto& [task, splits] : s["tasks"].items()) {
      for (const char* split : {"validation", "test"}) {
        if (!splits.contains(split)) continue;
        for (const auto& [name, value] : splits[split].items()) {
          runs.put(row, text::cat(split, ".", task, ".", name), shown(value));
        }
      }
    }
  }
  if (s.contains("parameters")) runs.put(row, "parameters", shown(s["parameters"]["total"]));
  if (s.contains("seconds")) runs.put(row, "seconds", shown(s["seconds"]["total"]));
}

Runs read_store(const std::string& store) {
  std::error_code failed;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(store, failed)) {
    const bool hidden = entry.path().filename().string().starts_with('.');
    if (!hidden && fs::exists(entry.path() / "spec.yaml", failed)) folders.push_back(entry.path());
  }
  if (failed) {
    throw ConfigError(
        text::cat("[runs] expected a folder of runs, found ", store, ": ", failed.message()));
  }
  std::ranges::sort(folders);
  Runs runs{{"run", "status"}, {}};
  for (const fs::path& folder : folders) {
    Row row;
    row["run"] = folder.filename().string();
    row["status"] = "unfinished";
    const std::string summary = (folder / "summary.json").string();
    if (fs::exists(summary, failed)) {
      add_summary(ordered_json::parse(file::read(summary), nullptr, false), runs, row);
    }
    flatten(load_yaml((folder / "spec.yaml").string()), "", runs, row);
    runs.rows.push_back(std::move(row));
  }
  return runs;
}

const std::string& checked(const Runs& runs, const std::string& column) {
  const auto found = std::ranges::find(runs.columns, column);
  if (found != runs.columns.end()) return *found;
  throw ConfigError(text::cat("[runs] expected a column of the table, found ", text::quoted(column),
                              text::suggestion(column, runs.columns)));
}

std::string value_of(const Row& row, const std::string& column) {
  const auto found = row.find(column);
  return found == row.end() ? "" : found->second;
}

// Numbers by value, before texts; texts by their bytes.
bool before(const std::string& a, const std::string& b) {
  char *end_a = nullptr, *end_b = nullptr;
  const double x = std::strtod(a.c_str(), &end_a), y = std::strtod(b.c_str(), &end_b);
  const bool number_a = !a.empty() && *end_a == '\0', number_b = !b.empty() && *end_b == '\0';
  if (number_a && number_b) return x < y;
  return number_a != number_b ? number_a : a < b;
}

void filter(Runs& runs, const std::vector<std::string>& conditions) {
  for (const std::string& condition : conditions) {
    const std::size_t equals = condition.find('=');
    if (equals == std::string::npos) {
      throw ConfigError(text::cat("[runs] expected column=value, found ", text::quoted(condition)));
    }
    const std::string column = checked(runs, condition.substr(0, equals));
    const std::string wanted = condition.substr(equals + 1);
    std::erase_if(runs.rows, [&](const Row& row) { return value_of(row, column) != wanted; });
  }
}

void sort(Runs& runs, const std::string& by) {
  const bool down = by.starts_with('-');
  const std::string column = checked(runs, down ? by.substr(1) : by);
  std::ranges::stable_sort(runs.rows, [&](const Row& a, const Row& b) {
    const Row &x = down ? b : a, &y = down ? a : b;
    return before(value_of(x, column), value_of(y, column));
  });
}

bool agrees(const Runs& runs, const std::string& column) {
  return std::ranges::all_of(runs.rows, [&](const Row& row) {
    return value_of(row, column) == value_of(runs.rows[0], column);
  });
}

std::string as_text(const std::vector<std::string>& columns, const Runs& runs) {
  std::vector<std::size_t> widths;
  for (const std::string& column : columns) {
    std::size_t width = column.size();
    for (const Row& row : runs.rows) width = std::max(width, value_of(row, column).size());
    widths.push_back(width + 2);
  }
  std::string out;
  const auto line = [&](auto&& cell) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::string text = cell(columns[c]);
      out += text + std::string(widths[c] - text.size(), ' ');
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  };
  line([](const std::string& column) { return column; });
  for (const Row& row : runs.rows) {
    line([&](const std::string& column) { return value_of(row, column); });
  }
  return out;
}

}  // namespace

std::string runs_table(const RunsRequest& request) {
  Runs runs = read_store(request.store);
  filter(runs, request.where);
  if (!request.sort.empty()) sort(runs, request.sort);
  std::vector<std::string> columns;
  for (const std::string& column : runs.columns) {
    const bool always = column == "run" || column == "status";
    const bool narrow = request.only_changed || request.format == "text";
    if (always || !narrow || !agrees(runs, column)) columns.push_back(column);
  }
  if (request.format == "text") return as_text(columns, runs);
  if (request.format == "json") {
    ordered_json all = ordered_json::array();
    for (const Row& row : runs.rows) {
      ordered_json& j = all.emplace_back(ordered_json::object());
      for (const std::string& column : columns) j[column] = value_of(row, column);
    }
    return all.dump(2) + "\n";
  }
  report::Table table;
  table.header = columns;
  for (const Row& row : runs.rows) {
    report::Row& line = table.rows.emplace_back();
    for (const std::string& column : columns) line.cells.push_back({value_of(row, column)});
  }
  return request.format == "csv" ? report::csv(table) : report::markdown(table);
}

}  // namespace espalier
