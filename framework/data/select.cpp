#include "data/select.hpp"

#include <algorithm>
#include <charconv>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

/// Labels first..last become before + 0, before + 1, ...
struct LabelRange {
  std::int32_t first = 0;
  std::int32_t last = 0;
  Index before = 0;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool read_label(std::string_view text, std::int32_t& label) {
  text = trimmed(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), label);
  return error == std::errc() && end == text.data() + text.size() && label >= 0;
}

bool read_range(std::string_view text, LabelRange& range) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    const bool good = read_label(text, range.first);
    range.last = range.first;
    return good;
  }
  return read_label(text.substr(0, dash), range.first) &&
         read_label(text.substr(dash + 1), range.last) && range.first <= range.last;
}

/// Ascending, without overlap, numbered.
std::vector<LabelRange> read_ranges(const std::string& text, const std::string& place) {
  std::vector<LabelRange> ranges;
  std::string_view left = text;
  while (true) {
    const std::size_t comma = left.find(',');
    LabelRange range;
    if (!read_range(left.substr(0, comma), range)) {
      throw ConfigError(text::cat(place, ": expected labels such as '10-35' or '0-9,12', found ",
                                  text::quoted(text)));
    }
    ranges.push_back(range);
    if (comma == std::string_view::npos) break;
    left.remove_prefix(comma + 1);
  }
  std::ranges::sort(ranges, {}, &LabelRange::first);
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    const LabelRange& previous = ranges[i - 1];
    if (ranges[i].first <= previous.last) {
      throw ConfigError(text::cat(place, ": expected every label once, found ", ranges[i].first,
                                  " twice in ", text::quoted(text)));
    }
    ranges[i].before = previous.before + previous.last - previous.first + 1;
  }
  return ranges;
}

/// The new number of a label, or -1 where it is not selected.
std::int32_t renumbered(const std::vector<LabelRange>& ranges, std::int32_t label) {
  for (const LabelRange& range : ranges) {
    if (label >= range.first && label <= range.last) {
      return static_cast<std::int32_t>(range.before) + label - range.first;
    }
  }
  return -1;
}

std::size_t find_labels(const Dataset& data, const std::string& column, const std::string& place) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < data.columns.size(); ++i) {
    const ColumnData& candidate = data.columns[i];
    if (candidate.dtype == Dtype::integer) {
      if (candidate.name == column) return i;
      names.push_back(candidate.name);
    } else if (candidate.name == column) {
      throw ConfigError(text::cat(place, ": expected a column of labels, found '", column,
                                  "', a column of real numbers"));
    }
  }
  throw ConfigError(text::cat(place, ": expected a column of labels (", text::join(names, ", "),
                              "), found ", text::quoted(column), text::suggestion(column, names)));
}

}  // namespace

Dataset select_labels(const Dataset& data, const std::string& column, const std::string& ranges,
                      const std::string& place) {
  const std::vector<LabelRange> wanted = read_ranges(ranges, place);
  const std::size_t at = find_labels(data, column, place);
  const ColumnData& labels = data.columns[at];
  std::vector<Index> rows;
  for (std::size_t i = 0; i < labels.integers.size(); ++i) {
    if (renumbered(wanted, labels.integers[i]) >= 0) rows.push_back(static_cast<Index>(i));
  }
  if (rows.empty()) {
    throw ConfigError(text::cat(place, ": expected rows with ", column, " in ",
                                text::quoted(ranges), ", found none among ", data.rows, " rows"));
  }
  Dataset selected = take_rows(data, rows);
  ColumnData& kept = selected.columns[at];
  for (std::int32_t& label : kept.integers) label = renumbered(wanted, label);
  const LabelRange& last = wanted.back();
  kept.classes = last.before + last.last - last.first + 1;
  return selected;
}

}  // namespace espalier
