#include "experiment/affinity_text.hpp"

#include <array>
#include <cstdio>

#include "core/text.hpp"
#include "experiment/spec_parts.hpp"
#include "experiment/task_groups.hpp"
#include "experiment/yaml_emit.hpp"

namespace espalier {

namespace {

// "{ stitch: { per: channel, groups: [[a, b], [c]] } }"
std::string flow_text(const ConfigNode& node) {
  std::vector<std::string> parts;
  for (const ConfigNode::Entry& entry : node.entries) {
    parts.push_back(entry.key + ": " + flow_text(entry.value));
  }
  for (const ConfigNode& item : node.items) parts.push_back(flow_text(item));
  const std::string inside = text::join(parts, ", ");
  if (node.kind == ConfigNode::Kind::map) return "{ " + inside + " }";
  if (node.kind == ConfigNode::Kind::list) return "[" + inside + "]";
  std::string scalar = emit_yaml(node);
  scalar.pop_back();  // the end of the line
  return scalar;
}

}  // namespace

std::string sharing_text(ExperimentSpec& spec, const AffinityAnswer& answer) {
  Groups groups;
  for (const auto& group : answer.groups) {
    groups.emplace_back();
    for (const std::size_t t : group) groups.back().push_back(answer.tasks[t]);
  }
  return flow_text(SharingForm(spec.sharing, groups).write());
}

std::string affinity_text(const AffinityAnswer& answer) {
  const std::size_t n = answer.tasks.size();
  std::string out = "what the task of a row gives to the task of a column:\n";
  const auto cell = [](const std::string& text) {
    return std::string(text.size() < 14 ? 14 - text.size() : 1, ' ') + text;
  };
  out += std::string(14, ' ');
  for (const std::string& task : answer.tasks) out += cell(task);
  for (std::size_t i = 0; i < n; ++i) {
    out += "\n" + text::padded(answer.tasks[i], 14);
    for (std::size_t j = 0; j < n; ++j) {
      std::array<char, 32> buffer{};
      std::snprintf(buffer.data(), buffer.size(), "%+.5f", answer.affinity[i * n + j]);
      out += cell(answer.counts[i * n + j] == 0.0 ? "-" : buffer.data());
    }
  }
  double gain = 0.0;
  for (const auto& group : answer.groups) gain += group_gain(answer.affinity, n, group);
  return text::cat(out, "\nsharing: ", answer.sharing, "  # total gain ", text::number(gain), "\n");
}

}  // namespace espalier
