#include "experiment/legality.hpp"

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/composition.hpp"
#include "experiment/model.hpp"
#include "experiment/plugin_choice.hpp"

namespace espalier {

ModelFacts facts_of(const Tape& tape, std::size_t tasks, std::size_t streams) {
  ModelFacts facts{.tasks = tasks, .streams = streams};
  const Composition composition = composition_of(tape, tasks);
  facts.shared_parameters = std::ranges::any_of(
      composition.parts, [](const auto& part) { return part.shared && part.tasks.size() > 1; });
  std::set<int> outputs;
  for (const Tape::Node& node : tape.nodes()) {
    if (node.op == nullptr && node.task >= 0) outputs.insert(node.inputs[0].id);
  }
  facts.one_output = outputs.size() == 1;
  return facts;
}

std::string refusal(const ModelFacts& facts, const Needs& needs, const std::string& sharing,
                    const std::string& balance) {
  const std::string who =
      balance.empty() ? std::string("the method") : text::cat("balance '", balance, "'");
  if (needs.common_inputs && facts.streams > 1) {
    return text::cat("expected tasks that label the same data for ", who, ", found ", facts.streams,
                     " data sets; nearest: balance: graddrop");
  }
  if (facts.tasks < 2) return "";
  if (needs.features && !facts.one_output) {
    return text::cat("expected one output of the trunk that all tasks read for ", who,
                     ", which works there, found one for each task under sharing '", sharing,
                     "'; nearest: sharing: hard, or a method on the parameters such as mgda");
  }
  const bool gradients = needs.gram || needs.jacobian || needs.cross_gram || needs.features;
  if (gradients && !facts.shared_parameters) {
    return text::cat("expected parameters that several tasks share for ", who,
                     ", which compares the tasks' gradients there, found none under sharing '",
                     sharing, "'; nearest: balance: equal, or sharing: hard");
  }
  return "";
}

namespace {

// The facts of the experiment under the strategy it now has, or why it cannot be recorded.
std::string record(const ExperimentSpec& spec, const TaskSet& tasks, const OpenedData& data,
                   ModelFacts& facts) {
  std::vector<StreamRows> streams;
  for (std::size_t s = 0; s < data.size(); ++s) streams.push_back({static_cast<int>(s), 2});
  ParameterStore store(static_cast<std::uint64_t>(spec.seed), ParameterStore::Start::untouched);
  try {
    const RecordedModel model = record_model(spec, tasks, data, store, streams, {.training = true});
    facts = facts_of(model.tape, tasks.size(), data.size());
  } catch (const BadInput& error) {
    return error.what();
  }
  return "";
}

/// What a method asks for, or why a plugin's cannot be asked.
struct Wanted {
  Needs needs;
  std::string fault;
};

Wanted needs_of(const ExperimentSpec& spec, const std::string& name) {
  try {
    return {make_balancer(spec.registry, name, "")->needs(), ""};
  } catch (const BadInput& error) {
    return {{}, error.what()};
  }
}

}  // namespace

LegalityTable legality_table(ExperimentSpec& spec, const TaskSet& tasks, const OpenedData& data) {
  LegalityTable table;
  table.balancers = names_of(balancer_table());
  for (std::string& name : plugin_names(spec.registry, "balancer")) {
    table.balancers.push_back(std::move(name));
  }
  std::vector<Wanted> wanted;
  for (const std::string& name : table.balancers) wanted.push_back(needs_of(spec, name));
  table.refusals.resize(table.balancers.size());
  Choice<SharingStrategy> kept = std::move(spec.sharing);
  for (const SharingEntry& entry : sharing_table()) {
    table.strategies.emplace_back(entry.name);
    const bool own = entry.name == kept.name;  // with the experiment's options
    spec.sharing = {std::string(entry.name), kept.place,
                    own ? std::move(kept.object) : entry.make()};
    ModelFacts facts;
    const std::string broken = record(spec, tasks, data, facts);
    for (std::size_t b = 0; b < table.balancers.size(); ++b) {
      std::string why = broken.empty() ? wanted[b].fault : broken;
      if (why.empty()) why = refusal(facts, wanted[b].needs, spec.sharing.name, "");
      table.refusals[b].push_back(std::move(why));
    }
    if (own) kept.object = std::move(spec.sharing.object);
  }
  spec.sharing = std::move(kept);
  return table;
}

std::string legality_text(const LegalityTable& table) {
  std::vector<std::string> notes;
  std::size_t width = 0;
  for (const std::string& name : table.balancers) width = std::max(width, name.size());
  std::string out(width + 2, ' ');
  for (const std::string& name : table.strategies) out += "  " + name;
  out += "\n";
  for (std::size_t b = 0; b < table.balancers.size(); ++b) {
    out += "  " + table.balancers[b] + std::string(width - table.balancers[b].size(), ' ');
    for (std::size_t s = 0; s < table.strategies.size(); ++s) {
      std::string cell = "yes";
      if (const std::string& why = table.refusals[b][s]; !why.empty()) {
        auto note = std::ranges::find(notes, why);
        if (note == notes.end()) note = notes.insert(notes.end(), why);
        cell = text::cat("[", note - notes.begin() + 1, "]");
      }
      const std::size_t column = table.strategies[s].size();
      out += "  " + cell + std::string(column > cell.size() ? column - cell.size() : 0, ' ');
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += "\n";
  }
  for (std::size_t n = 0; n < notes.size(); ++n) out += text::cat("[", n + 1, "] ", notes[n], "\n");
  return out;
}

}  // namespace espalier
