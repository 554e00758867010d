#pragma once

#include <span>
#include <string>
#include <string_view>

#include "espalier/fields.hpp"
#include "experiment/config_node.hpp"

namespace espalier {

/// Strict readers of one value each. `path` ("train.epochs") stands in the ConfigError of a value
/// that is something else: "exp.yaml:12:7: train.epochs: expected ..., found ...".
///
/// integer: decimal digits with an optional sign. number: finite, decimal, with an optional
/// exponent. flag: true or false. Quoted text is none of these. Nothing (null) is no value.
ESPALIER_API bool read_flag(const ConfigNode& node, const std::string& path);
ESPALIER_API Index read_integer(const ConfigNode& node, const std::string& path,
                                const IntegerRange& range = {});
ESPALIER_API double read_number(const ConfigNode& node, const std::string& path,
                                const NumberRange& range = {});
/// One of `choices`, or any text where there are none.
ESPALIER_API std::string read_word(const ConfigNode& node, const std::string& path,
                                   std::span<const std::string_view> choices = {});

/// Whether the scalar has the form of an integer, whatever its size ("012" too).
bool has_integer_form(const ConfigNode& node);

/// "an integer of at least 1", "a number above 0 and at most 1": the types as messages and the
/// reference call them.
std::string describe_type(const IntegerRange& range);
std::string describe_type(const NumberRange& range);

}  // namespace espalier
