#include <algorithm>
#include <span>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/spec_parts.hpp"
#include "tensor/precision.hpp"

namespace espalier {

namespace {

template <class Part>
std::vector<std::string> part_names(const std::vector<Part>& parts) {
  std::vector<std::string> names;
  for (const Part& part : parts) names.push_back(part.name);
  return names;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// "unknown task 'leters'; did you mean 'letters'?", or the list where nothing is near.
std::string unknown(const char* noun, const std::string& name,
                    const std::vector<std::string>& names) {
  const std::string suggestion = text::suggestion(name, names);
  return text::cat(
      "unknown ", noun, " ", text::quoted(name),
      suggestion.empty() ? "; expected one of " + text::join(names, ", ") : suggestion);
}

/// The node at `keys` below `root`, or the last one on the way that exists.
const ConfigNode& node_at(const ConfigNode& root, std::initializer_list<std::string_view> keys) {
  const ConfigNode* node = &root;
  for (const std::string_view key : keys) {
    const ConfigNode* const next = node->find(key);
    if (next == nullptr) break;
    node = next;
  }
  return *node;
}

void check_data_of_tasks(const ExperimentSpec& spec, const ConfigNode& root) {
  const std::vector<std::string> names = part_names(spec.data);
  for (const TaskSpec& task : spec.tasks) {
    if (contains(names, task.data)) continue;
    refuse_at(node_at(root, {"tasks", task.name, "data"}), "tasks." + task.name + ".data",
              unknown("data set", task.data, names));
  }
}

void check_only(const ExperimentSpec& spec, const ConfigNode& root) {
  const std::vector<std::string> names = part_names(spec.tasks);
  const ConfigNode& list = node_at(root, {"only"});
  for (std::size_t i = 0; i < spec.only.size(); ++i) {
    const bool in_list = i < list.items.size();
    const ConfigNode& node = in_list ? list.items[i] : list;
    const std::string path = in_list ? text::cat("only.", i) : "only";
    const std::string& name = spec.only[i];
    if (!contains(names, name)) refuse_at(node, path, unknown("task", name, names));
    if (std::ranges::count(std::span(spec.only).first(i), name) > 0) {
      refuse_at(node, path, "expected each task once, found " + text::quoted(name) + " again");
    }
  }
}

// "trunk/conv1" names a stage, "heads/letters" a task.
void check_group(const ExperimentSpec& spec, const ConfigNode& root, const std::string& prefix) {
  const std::size_t slash = prefix.find('/');
  if (slash == std::string::npos) return;
  const std::string name = prefix.substr(slash + 1);
  const bool of_trunk = prefix.starts_with("trunk/");
  const std::vector<std::string> names =
      of_trunk ? part_names(spec.trunk.stages) : part_names(spec.tasks);
  if (contains(names, name)) return;
  const std::string message = unknown(of_trunk ? "stage" : "task", name, names);
  for (const ConfigNode::Entry& entry : node_at(root, {"optimizer"}).entries) {
    if (entry.key == prefix) {
      throw ConfigError(text::cat(place_of(entry, "optimizer"), ": ", message));
    }
  }
}

void check_optimizers(const ExperimentSpec& spec, const ConfigNode& root) {
  const auto has = [&](std::string_view prefix) {
    return std::ranges::any_of(spec.optimizers,
                               [&](const OptimizerGroup& group) { return group.prefix == prefix; });
  };
  for (const OptimizerGroup& group : spec.optimizers) check_group(spec, root, group.prefix);
  if (has("") || (has("trunk") && has("heads"))) return;
  std::vector<std::string> found;
  for (const OptimizerGroup& group : spec.optimizers) found.push_back(group.prefix);
  refuse_at(node_at(root, {"optimizer"}), "optimizer",
            "expected an optimizer for every parameter (the group 'all', or 'trunk' and 'heads'), "
            "found groups " +
                text::join(found, ", "));
}

void check_validation(const ExperimentSpec& spec, const ConfigNode& root) {
  if (!spec.balance.object->needs().validation) return;
  for (const DataSpec& data : spec.data) {
    if (data.validation > 0.0) continue;
    refuse_at(node_at(root, {"data", data.name}), "data." + data.name,
              text::cat("expected a validation part (validation: 0.1) for balance '",
                        spec.balance.name, "', found none"));
  }
}

// Groups name tasks; `place` is where the choice stands.
void check_groups(const ExperimentSpec& spec, const std::string& place, const Groups& groups) {
  const std::vector<std::string> names = part_names(spec.tasks);
  for (const std::vector<std::string>& group : groups) {
    for (const std::string& name : group) {
      if (!contains(names, name)) {
        throw ConfigError(text::cat(place, ".groups: ", unknown("task", name, names)));
      }
    }
  }
}

void check_sharing(const ExperimentSpec& spec) {
  check_groups(spec, spec.sharing.place, spec.groups);
  for (const Stage& stage : spec.trunk.stages) {
    check_groups(spec, stage.sharing_place, stage.groups);
  }
  stage_blocks(spec);
}

void check_precision(const ExperimentSpec& spec, const ConfigNode& root) {
  const Precision wanted = precision::named(spec.precision);
  if (wanted == Precision::fp32) return;  // the processor is not asked
  const std::string missing = precision::missing(wanted, precision::abilities());
  if (!missing.empty()) refuse_at(node_at(root, {"precision"}), "precision", missing);
}

}  // namespace

std::vector<StageBlock> stage_blocks(const ExperimentSpec& spec) {
  std::vector<StageBlock> blocks = spec.sharing.object->assign(spec.trunk.stages.size());
  for (StageBlock& block : blocks) {
    block.groups = &spec.groups;
    for (std::size_t s = block.first; s < block.first + block.count; ++s) {
      const Stage& stage = spec.trunk.stages[s];
      if (stage.own_sharing == nullptr) continue;
      if (block.count > 1) {
        throw ConfigError(text::cat(stage.sharing_place,
                                    ": expected stages without a sharing of "
                                    "their own under '",
                                    spec.sharing.name, "', which takes all stages as one; found '",
                                    stage.sharing, "' at stage '", stage.name, "'"));
      }
      block.sharing = stage.own_sharing.get();
      block.groups = &stage.groups;
    }
  }
  return blocks;
}

void check_spec(const ExperimentSpec& spec, const ConfigNode& root) {
  check_data_of_tasks(spec, root);
  check_only(spec, root);
  check_sharing(spec);
  check_optimizers(spec, root);
  check_conventions(spec.balance, spec.conventions);
  check_validation(spec, root);
  check_precision(spec, root);
}

}  // namespace espalier
