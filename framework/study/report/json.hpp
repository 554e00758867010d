#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace espalier::report {

using Json = nlohmann::ordered_json;

/// Reading of a document any part of which may be absent: null stands for what is not there.
const Json& part(const Json& from, const std::string& key);
const Json& item(const Json& from, std::size_t index);

/// Empty unless `value` is an array, an object.
std::vector<const Json*> list(const Json& value);
std::vector<std::pair<std::string, const Json*>> entries(const Json& value);

/// A finite number, or nothing.
std::optional<double> number(const Json& value);
std::vector<std::optional<double>> numbers(const Json& value);

/// A string as it is, "" for null, anything else as JSON.
std::string words(const Json& value);

/// True only for `true`.
bool yes(const Json& value);

/// A mean with its interval; what is unknown is empty.
struct Interval {
  std::optional<double> mean, low, high, n;
};

/// From {"mean", "low", "high", "n"}.
Interval interval(const Json& value);

/// Whether the interval is known and contains 0.
bool contains_zero(const std::optional<double>& low, const std::optional<double>& high);

}  // namespace espalier::report
