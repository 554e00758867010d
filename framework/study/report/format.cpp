#include "study/report/format.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/text.hpp"
#include "experiment/composition.hpp"

namespace espalier::report {

namespace {

constexpr int kMaxDecimals = 9;

/// Decimals that show `digits` significant digits of `value`.
int decimals_for(double value, int digits) {
  if (value == 0.0) return digits - 1;
  const int leading = static_cast<int>(std::floor(std::log10(std::abs(value))));
  return std::clamp(digits - 1 - leading, 0, kMaxDecimals);
}

std::string printed(const char* format, double value) {
  std::array<char, 48> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, value);
  return buffer.data();
}

}  // namespace

std::string fixed(double value, int decimals) {
  if (std::abs(value) >= 1e15) return printed("%.3e", value);
  const std::string text = text::fixed(value, decimals);
  const bool zero = text.find_first_not_of("-0.") == std::string::npos;
  return zero && text[0] == '-' ? text.substr(1) : text;
}

std::string without_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string shown(const std::optional<double>& value) {
  if (!value) return "-";
  const double size = std::abs(*value);
  if (size > 0.0 && (size < 1e-4 || size >= 1e7)) return printed("%.3e", *value);
  return without_zeros(fixed(*value, decimals_for(*value, 4)));
}

std::string shown(const Interval& value) {
  if (!value.mean || !value.low || !value.high) return shown(value.mean);
  const double width = *value.high - *value.low;
  if (!(width > 0.0)) return shown(value.mean);
  if (std::max(std::abs(*value.low), std::abs(*value.high)) >= 1e7 || width < 1e-6) {
    return text::cat(shown(value.mean), " [", shown(value.low), ", ", shown(value.high), "]");
  }
  const int decimals = decimals_for(width / 2.0, 2);
  const std::string mean = fixed(*value.mean, decimals);
  const double centre = (*value.high + *value.low) / 2.0;
  if (std::abs(centre - *value.mean) < 0.01 * width) {
    return text::cat(mean, " \xC2\xB1 ", fixed(width / 2.0, decimals));
  }
  return text::cat(mean, " [", fixed(*value.low, decimals), ", ", fixed(*value.high, decimals),
                   "]");
}

std::string percent(const std::optional<double>& fraction) {
  if (!fraction) return "-";
  const double value = 100.0 * *fraction;
  const std::string text = fixed(value, std::abs(value) < 100.0 ? 1 : 0);
  return (value > 0.0 ? "+" : "") + text + " %";
}

std::string count(const std::optional<double>& value) { return value ? short_number(*value) : "-"; }

std::string memory(const std::optional<double>& value) { return value ? text::bytes(*value) : "-"; }

std::string seconds(const std::optional<double>& value) {
  if (!value) return "-";
  return *value < 60.0 ? shown(value) + " s" : text::duration(*value);
}

}  // namespace espalier::report
