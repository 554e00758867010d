#include "experiment/composition.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "autograd/reach.hpp"

namespace espalier {

double flops_of_row(const Tape& tape, const Tape::Node& node) {
  std::vector<ValueInfo> infos;
  for (const Var input : node.inputs) infos.push_back(tape.value(input).info);
  Geometry g;
  g.inputs = infos;
  g.output = tape.value(node.output).info;
  return node.op->flops(g) / static_cast<double>(infos[0].shape[0]);
}

namespace {

/// Tasks whose losses reach each node.
std::vector<std::set<int>> find_users(const Tape& tape, std::size_t tasks) {
  const Reach reach = find_reach(tape, LaneMode::per_task);
  std::vector<std::set<int>> users(tape.nodes().size());
  for (std::size_t n = 0; n < users.size(); ++n) {
    const auto output = static_cast<std::size_t>(tape.nodes()[n].output.id);
    for (const LaneBlock& block : reach.blocks[output]) {
      const int task = tape.losses()[static_cast<std::size_t>(block.lane)].task;
      users[n].insert(task % static_cast<int>(tasks));
    }
  }
  return users;
}

class Collector {
 public:
  Collector(const Tape& tape, std::size_t tasks)
      : tape_(tape), users_(find_users(tape, tasks)), made_by_(tape.values().size(), kNobody) {
    all_.tasks.resize(tasks);
  }

  Composition run() {
    for (std::size_t n = 0; n < tape_.nodes().size(); ++n) add(n);
    for (Composition::Part& part : all_.parts) {
      for (const std::size_t input : part.inputs) {
        part.depth = std::max(part.depth, all_.parts[input].depth + 1);
      }
    }
    count_parameters();
    return std::move(all_);
  }

 private:
  static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

  void add(std::size_t n) {
    const Tape::Node& node = tape_.nodes()[n];
    const auto output = static_cast<std::size_t>(node.output.id);
    if (node.op == nullptr) {  // it only looks
      made_by_[output] = made_by_[static_cast<std::size_t>(node.inputs[0].id)];
      return;
    }
    const auto [at, fresh] = places_.try_emplace(node.scope, all_.parts.size());
    if (fresh) all_.parts.emplace_back().name = node.scope;
    const std::size_t index = at->second;
    Composition::Part& part = all_.parts[index];
    for (const Var input : node.inputs) {
      const std::size_t from = made_by_[static_cast<std::size_t>(input.id)];
      const bool known = std::ranges::find(part.inputs, from) != part.inputs.end();
      if (from != kNobody && from < index && !known) part.inputs.push_back(from);
    }
    made_by_[output] = index;
    const double flops = flops_of_row(tape_, node);
    part.flops += flops;
    for (const int task : users_[n]) {
      all_.tasks[static_cast<std::size_t>(task)].flops += flops;
      const auto place = std::ranges::lower_bound(part.tasks, task);
      if (place == part.tasks.end() || *place != task) part.tasks.insert(place, task);
    }
    for (const Parameter* parameter : node.op->parameters()) {
      auto& of = parameters_[parameter];
      of.insert(users_[n].begin(), users_[n].end());
      part.shared = part.shared || parameter->domain == Domain::shared;
      if (counted_.insert(parameter).second) {
        part.parameters += static_cast<double>(parameter->value.size());
      }
    }
  }

  void count_parameters() {
    for (const auto& [parameter, users] : parameters_) {
      const auto size = static_cast<double>(parameter->value.size());
      const bool shared = parameter->domain == Domain::shared;
      (shared ? all_.shared_parameters : all_.own_parameters) += size;
      for (const int task : users) {
        all_.tasks[static_cast<std::size_t>(task)].parameters += size;
        if (shared) all_.tasks[static_cast<std::size_t>(task)].shared_parameters += size;
      }
    }
  }

  const Tape& tape_;
  std::vector<std::set<int>> users_;
  std::vector<std::size_t> made_by_;  // per value: its part
  std::map<std::string, std::size_t> places_;
  std::map<const Parameter*, std::set<int>> parameters_;
  std::set<const Parameter*> counted_;
  Composition all_;
};

}  // namespace

Composition composition_of(const Tape& tape, std::size_t tasks) {
  return Collector(tape, tasks).run();
}

}  // namespace espalier
