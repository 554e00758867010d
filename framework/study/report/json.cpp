#include "study/report/json.hpp"

#include <cmath>

namespace espalier::report {

namespace {

const Json kNothing;

}  // namespace

const Json& part(const Json& from, const std::string& key) {
  if (!from.is_object()) return kNothing;
  const auto found = from.find(key);
  return found == from.end() ? kNothing : *found;
}

const Json& item(const Json& from, std::size_t index) {
  return from.is_array() && index < from.size() ? from[index] : kNothing;
}

std::vector<const Json*> list(const Json& value) {
  std::vector<const Json*> all;
  if (!value.is_array()) return all;
  for (const Json& one : value) all.push_back(&one);
  return all;
}

std::vector<std::pair<std::string, const Json*>> entries(const Json& value) {
  std::vector<std::pair<std::string, const Json*>> all;
  if (!value.is_object()) return all;
  for (const auto& entry : value.items()) all.emplace_back(entry.key(), &entry.value());
  return all;
}

std::optional<double> number(const Json& value) {
  if (!value.is_number()) return {};
  const double x = value.get<double>();
  return std::isfinite(x) ? std::optional<double>(x) : std::nullopt;
}

std::vector<std::optional<double>> numbers(const Json& value) {
  std::vector<std::optional<double>> all;
  for (const Json* one : list(value)) all.push_back(number(*one));
  return all;
}

std::string words(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool yes(const Json& value) { return value.is_boolean() && value.get<bool>(); }

Interval interval(const Json& value) {
  return {number(part(value, "mean")), number(part(value, "low")), number(part(value, "high")),
          number(part(value, "n"))};
}

bool contains_zero(const std::optional<double>& low, const std::optional<double>& high) {
  return low && high && *low <= 0.0 && *high >= 0.0;
}

}  // namespace espalier::report
