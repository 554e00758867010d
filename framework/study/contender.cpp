#include "study/contender.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

using Kind = ConfigNode::Kind;

bool is_or_inside(const std::string& key, const std::string& of) {
  return key == of || key.starts_with(of + ".");
}

// What a task alone does not have: company.
bool about_company(const std::string& key) {
  return is_or_inside(key, "sharing") || is_or_inside(key, "balance") || key == "only";
}

// A list in `except` stands for any of its values.
bool matches(const ConfigNode& left_out, const ConfigNode& value) {
  if (short_text(left_out) == short_text(value)) return true;
  return left_out.kind == Kind::list &&
         std::ranges::any_of(left_out.items, [&](const ConfigNode& item) {
           return short_text(item) == short_text(value);
         });
}

bool left_out(const Study& study, const std::vector<Setting>& settings) {
  const auto meets = [&](const Setting& condition) {
    return std::ranges::any_of(settings, [&](const Setting& s) {
      return s.first == condition.first && matches(condition.second, s.second);
    });
  };
  return std::ranges::any_of(study.except, [&](const std::vector<Setting>& conditions) {
    return std::ranges::all_of(conditions, meets);
  });
}

std::string label_alone(const std::vector<Setting>& rest) {
  return rest.empty() ? "each task alone" : "each task alone, " + label_of(rest);
}

}  // namespace

std::string short_text(const ConfigNode& value) {
  if (value.kind == Kind::scalar) return value.scalar;
  std::vector<std::string> parts;
  if (value.kind == Kind::list) {
    for (const ConfigNode& item : value.items) parts.push_back(short_text(item));
    return "[" + text::join(parts, ",") + "]";
  }
  if (value.entries.size() == 1 && value.entries[0].value.kind != Kind::scalar) {
    for (const ConfigNode::Entry& entry : value.entries[0].value.entries) {
      parts.push_back(entry.key + "=" + short_text(entry.value));
    }
    return value.entries[0].key + "(" + text::join(parts, ",") + ")";
  }
  for (const ConfigNode::Entry& entry : value.entries) {
    parts.push_back(entry.key + "=" + short_text(entry.value));
  }
  return text::join(parts, ",");
}

std::string label_of(const std::vector<Setting>& settings) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : settings) {
    const bool by_value = key == "sharing" || key == "balance" || key == "only";
    const std::string last = key.substr(key.rfind('.') + 1);
    parts.push_back(by_value ? short_text(value) : last + "=" + short_text(value));
  }
  return text::join(parts, ", ");
}

std::vector<std::vector<Setting>> combinations(const std::vector<Axis>& axes) {
  std::vector<std::vector<Setting>> all(1);
  for (const Axis& axis : axes) {
    std::vector<std::vector<Setting>> longer;
    for (const std::vector<Setting>& chosen : all) {
      for (const ConfigNode& value : axis.values) {
        longer.push_back(chosen);
        longer.back().emplace_back(axis.key, value);
      }
    }
    all = std::move(longer);
  }
  return all;
}

std::vector<Contender> contenders_of(const Study& study) {
  std::vector<Contender> alone, all;
  for (const std::vector<Setting>& settings : combinations(study.vary)) {
    if (left_out(study, settings)) continue;
    Contender contender{settings.empty() ? "the experiment" : label_of(settings), settings, false,
                        ""};
    if (study.baseline) {
      std::vector<Setting> rest;
      for (const Setting& s : settings) {
        if (!about_company(s.first)) rest.push_back(s);
      }
      contender.reference = label_alone(rest);
      const bool known = std::ranges::any_of(
          alone, [&](const Contender& c) { return c.label == contender.reference; });
      if (!known) alone.push_back({contender.reference, rest, true, ""});
    }
    const bool twice =
        std::ranges::any_of(all, [&](const Contender& c) { return c.label == contender.label; });
    if (twice) {
      throw ConfigError(text::cat(study.file, ": vary: expected each combination once, found '",
                                  contender.label, "' again"));
    }
    all.push_back(std::move(contender));
  }
  if (all.empty()) {
    throw ConfigError(text::cat(study.file,
                                ": except: expected some combination of vary to be "
                                "left, found none"));
  }
  alone.insert(alone.end(), all.begin(), all.end());
  return alone;
}

}  // namespace espalier
