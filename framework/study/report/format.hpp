#pragma once

#include "study/report/json.hpp"

namespace espalier::report {

/// At most four significant digits: "0.9312", "12.3", "1.235e-07"; "-" for nothing.
std::string shown(const std::optional<double>& value);

/// "0.931 +- 0.012" to two digits of the half width; "0.931 [0.90, 0.94]" where the interval is not
/// centred; the mean alone where there is no interval.
std::string shown(const Interval& value);

/// "+1.2 %" of a fraction.
std::string percent(const std::optional<double>& fraction);

/// "1.2 M" as elsewhere in Espalier, "1.5 MiB", "3.2 s".
std::string count(const std::optional<double>& value);
std::string memory(const std::optional<double>& value);
std::string seconds(const std::optional<double>& value);

/// With so many decimals, never "-0".
std::string fixed(double value, int decimals);

/// "1.500" -> "1.5", "2.0" -> "2".
std::string without_zeros(std::string text);

}  // namespace espalier::report
