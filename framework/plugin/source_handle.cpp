#include "plugin/source_handle.hpp"

#include <algorithm>
#include <cmath>

#include "core/file.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "plugin/guard.hpp"

namespace espalier {

namespace {

/// Where the sentences of a check begin: "[plugin moons] read: ".
using Who = std::string;

template <class Numbers>
std::string bytes_of(const Numbers& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(numbers[0])};
}

// Of the columns, in their order: what a generator that gives no digest of its own has made.
std::string digest_of_columns(const Dataset& data) {
  std::string all;
  for (const ColumnData& column : data.columns) {
    const bool real_numbers = column.dtype == Dtype::floating;
    all += text::cat(
        column.name, " ", to_string(column.sample), " ", column.classes, " ",
        file::sha256(real_numbers ? bytes_of(column.reals) : bytes_of(column.integers)), "\n");
  }
  return file::sha256(all);
}

void check_size(const Who& who, const Dataset& data, const ColumnData& column) {
  const bool real_numbers = column.dtype == Dtype::floating;
  const std::size_t found = real_numbers ? column.reals.size() : column.integers.size();
  const std::size_t others = real_numbers ? column.integers.size() : column.reals.size();
  const auto wanted = static_cast<std::size_t>(data.rows * column.sample.size());
  const char* const kind = real_numbers ? "real numbers" : "integers";
  if (found != wanted) {
    throw PluginError(text::cat(who, "expected column '", column.name, "' to hold ", wanted, " ",
                                kind, " (", data.rows, " rows of ", to_string(column.sample),
                                "), found ", found));
  }
  if (others > 0) {
    throw PluginError(text::cat(who, "expected column '", column.name, "' to hold ", kind,
                                " alone, found ", others, " numbers of the other kind"));
  }
}

// A missing value of a target is NaN; the trunk's input has none.
void check_reals(const Who& who, const ColumnData& column) {
  const bool input = column.name == "images" || column.name == "inputs";
  const auto wrong = std::ranges::find_if(
      column.reals, [&](real x) { return std::isinf(x) || (input && std::isnan(x)); });
  if (wrong == column.reals.end()) return;
  throw PluginError(text::cat(who, "expected finite numbers in column '", column.name, "', found ",
                              text::number(static_cast<double>(*wrong)), " in row ",
                              (wrong - column.reals.begin()) / column.sample.size()));
}

void check_labels(const Who& who, ColumnData& column) {
  const Index largest =
      column.integers.empty() ? -1 : Index{*std::ranges::max_element(column.integers)};
  if (column.classes == 0) column.classes = largest + 1;
  const auto wrong = std::ranges::find_if(
      column.integers, [&](std::int32_t label) { return label < -1 || label >= column.classes; });
  if (wrong == column.integers.end()) return;
  throw PluginError(text::cat(who, "expected labels from 0 to ", column.classes - 1,
                              ", or -1 where one is missing, in column '", column.name, "', found ",
                              *wrong, " in row ",
                              (wrong - column.integers.begin()) / column.sample.size()));
}

void check_name(const Who& who, const Dataset& data, const ColumnData& column) {
  const auto same = [&](const ColumnData& other) { return other.name == column.name; };
  if (!column.name.empty() && std::ranges::count_if(data.columns, same) == 1) return;
  throw PluginError(text::cat(who, "expected columns of different names, found ",
                              text::quoted(column.name),
                              column.name.empty() ? "" : " more than once"));
}

void check_sample(const Who& who, const ColumnData& column) {
  const auto none = [](Index extent) { return extent < 1; };
  if (std::ranges::none_of(column.sample.extents(), none)) return;
  throw PluginError(text::cat(who, "expected samples of at least one number in column '",
                              column.name, "', found ", to_string(column.sample)));
}

void check(const Who& who, DataRole role, Dataset& data) {
  if (data.rows < 0 || (data.rows == 0 && role == DataRole::train)) {
    throw PluginError(
        text::cat(who, "expected at least one row of training data, found ", data.rows));
  }
  for (ColumnData& column : data.columns) {
    check_name(who, data, column);
    check_sample(who, column);
    check_size(who, data, column);
    if (column.dtype == Dtype::floating) {
      check_reals(who, column);
    } else {
      check_labels(who, column);
    }
  }
  if (data.digest.empty() && data.rows > 0) data.digest = digest_of_columns(data);
}

}  // namespace

SourceHandle::SourceHandle(std::shared_ptr<const Library> library, const PluginInfo& info)
    : plugin_(info.name), source_(make_object<Source>(std::move(library), info)) {}

void SourceHandle::fields(Fields& fields) {
  guard(plugin_, "fields", [&] { source_->fields(fields); });
}

Dataset SourceHandle::read(DataRole role, const DataParts& parts) const {
  Dataset data = guard(plugin_, "read", [&] { return source_->read(role, parts); });
  check(text::cat("[plugin ", plugin_, "] read: "), role, data);
  return data;
}

}  // namespace espalier
