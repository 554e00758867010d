#include "study/axes_form.hpp"

#include <cmath>
#include <sstream>

#include "core/text.hpp"
#include "experiment/config_read.hpp"

namespace espalier {

namespace {

using Kind = ConfigNode::Kind;

/// Numbers from one to another.
struct Range {
  double from = 0.0, to = 0.0;
  Index count = 5;
  bool log = false;

  void fields(Fields& f) {
    f.number({"from", "the first one", true}, from);
    f.number({"to", "the last one", true}, to);
    f.integer({"count", "how many"}, count, {.at_least = 2, .at_most = 1000});
    f.flag({"log", "equal ratios instead of equal steps"}, log);
    if (log && (from <= 0.0 || to <= 0.0)) f.refuse("from", "expected numbers above 0 with log");
  }

  double at(Index i) const {
    const double share = static_cast<double>(i) / static_cast<double>(count - 1);
    if (i + 1 == count) return to;
    return log ? from * std::pow(to / from, share) : from + (to - from) * share;
  }
};

// To 12 digits: 0.1 + 0.2 is 0.3 to a reader of labels.
std::string shown(double x) {
  std::ostringstream out;
  out.precision(12);
  out << x;
  return text::number(std::stod(out.str()));
}

std::vector<ConfigNode> values_of(const ConfigNode& node, const std::string& path) {
  if (node.kind == Kind::list && !node.items.empty()) return node.items;
  if (node.kind != Kind::map) {
    refuse_at(node, path,
              "expected a list of values, or a range { from, to, count }, found " +
                  (node.kind == Kind::list ? "an empty list" : describe_found(node)));
  }
  Range range;
  read_fields(node, path, range);
  std::vector<ConfigNode> values;
  for (Index i = 0; i < range.count; ++i) {
    ConfigNode value = ConfigNode::make_plain(shown(range.at(i)));
    value.origin = node.origin;
    value.line = node.line;
    value.column = node.column;
    values.push_back(std::move(value));
  }
  return values;
}

// What the study itself sets for every run.
void refuse_own_key(const ConfigNode& value, const std::string& path, const std::string& key) {
  if (key != "seed" && key != "name" && key != "threads") return;
  const std::string instead = key == "name" ? "runs name themselves"
                                            : text::cat("the study's own key is '",
                                                        key == "seed" ? "seeds" : "threads", "'");
  refuse_at(value, path,
            text::cat("expected a key that changes the experiment, found '", key, "'; ", instead));
}

}  // namespace

std::string AxesForm::type() const {
  return "a map: keys of the experiment to lists of values, or to { from, to, count, log }";
}

void AxesForm::read(const ConfigNode& node, const std::string& path) const {
  if (node.kind != Kind::map) {
    refuse_at(node, path, "expected a map: keys to lists, found " + describe_found(node));
  }
  for (const ConfigNode::Entry& entry : node.entries) {
    const std::string inside = path_inside(path, entry.key);
    refuse_own_key(entry.value, inside, entry.key);
    axes_.push_back({entry.key, values_of(entry.value, inside)});
  }
}

}  // namespace espalier
