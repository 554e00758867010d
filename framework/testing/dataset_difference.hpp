#pragma once

#include <string>

#include "espalier/dataset.hpp"

namespace espalier::testing {

/// The first difference between the columns of two data sets, names and sizes before numbers, as a
/// sentence's end, or "". The digest is not looked at.
std::string first_difference(const Dataset& a, const Dataset& b);

/// What differs in how the columns are made (names, samples, types, classes), or "".
std::string first_other_column(const Dataset& a, const Dataset& b);

}  // namespace espalier::testing
