#include "experiment/legality.hpp"

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/composition.hpp"
#include "experiment/epoch_plan.hpp"
#include "experiment/model.hpp"
#include "experiment/plugin_choice.hpp"
#include "experiment/spec_parts.hpp"

namespace espalier {

ModelFacts facts_of(const Tape& tape, const ExperimentSpec& spec, std::size_t tasks,
                    std::size_t streams) {
  ModelFacts facts{.tasks = tasks, .streams = streams};
  const Composition composition = composition_of(tape, tasks);
  facts.shared_parameters = std::ranges::any_of(
      composition.parts, [](const auto& part) { return part.shared && part.tasks.size() > 1; });
  facts.trunk_parameters = std::ranges::any_of(composition.parts, [](const auto& part) {
    return part.parameters > 0.0 && part.name.starts_with("trunk/");
  });
  facts.groups = !spec.groups.empty();
  facts.own_stages = std::ranges::any_of(
      spec.trunk.stages, [](const Stage& stage) { return stage.own_sharing != nullptr; });
  std::set<int> outputs;
  for (const Tape::Node& node : tape.nodes()) {
    if (node.is_border()) outputs.insert(node.inputs[0].id);
  }
  facts.one_output = outputs.size() == 1;
  return facts;
}

namespace {

/// What a model has not got that a method needs.
enum class Lack : std::uint8_t { nothing, common_inputs, output, parameters };

Lack lack_of(const ModelFacts& facts, const Needs& needs) {
  if (needs.common_inputs && facts.streams > 1) return Lack::common_inputs;
  if (facts.tasks < 2) return Lack::nothing;
  if (needs.features && !facts.one_output) return Lack::output;
  const bool gradients =
      needs.gram || needs.jacobian || needs.cross_gram || needs.cross_product || needs.features;
  return gradients && !facts.shared_parameters ? Lack::parameters : Lack::nothing;
}

// `wanted` where the model can take it, else what every model can.
std::string nearest_method(const ModelFacts& facts, const std::string& wanted) {
  const auto method = make_named<Balancer>(balancer_table(), wanted);
  return "balance: " + (lack_of(facts, method->needs()) == Lack::nothing ? wanted : "equal");
}

// Hard sharing of the whole trunk, with what else must go; "" where that shares nothing either.
std::string or_hard_sharing(const ModelFacts& facts) {
  if (!facts.trunk_parameters) return "";
  std::vector<std::string> without;
  if (facts.groups) without.emplace_back("groups");
  if (facts.own_stages) without.emplace_back("a sharing of any stage's own");
  return ", or sharing: hard" + (without.empty() ? "" : " without " + text::join(without, " and "));
}

}  // namespace

std::string refusal(const ModelFacts& facts, const Needs& needs, const std::string& sharing,
                    const std::string& balance) {
  const std::string who =
      balance.empty() ? std::string("the method") : text::cat("balance '", balance, "'");
  switch (lack_of(facts, needs)) {
    case Lack::common_inputs:
      return text::cat("expected tasks that label the same data for ", who, ", found ",
                       facts.streams, " data sets; nearest: ", nearest_method(facts, "graddrop"));
    case Lack::output:
      return text::cat("expected one output of the trunk that all tasks read for ", who,
                       ", which works there, found one for each task under sharing '", sharing,
                       "'; nearest: ", nearest_method(facts, "mgda"), or_hard_sharing(facts));
    case Lack::parameters:
      return text::cat("expected parameters that several tasks share for ", who,
                       ", which compares the tasks' gradients there, found none under sharing '",
                       sharing, "'; nearest: balance: equal", or_hard_sharing(facts));
    case Lack::nothing:
      break;
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
    facts = facts_of(model.tape, spec, tasks.size(), data.size());
  } catch (const BadInput& error) {
    return error.what();
  }
  return "";
}

/// What a method asks for, or why no run takes it whatever the strategy.
struct Wanted {
  Needs needs;
  std::string fault;
};

// What a run asks before it records a model, of the balancer that the experiment now has.
Needs checked_needs(const ExperimentSpec& spec, const OpenedData& data, const ConfigNode& root) {
  check_spec(spec, root);
  plan_epoch(spec, data);
  return spec.balance.object->needs();
}

// The method as `balance=NAME` would choose it, or the experiment's own with its options.
Wanted wanted_of(ExperimentSpec& spec, const OpenedData& data, const std::string& name) {
  ConfigNode asked = ConfigNode::make_text(name), root = ConfigNode::make_map();
  asked.origin = root.origin = std::make_shared<const Origin>(Origin{"balance=" + name, ""});
  const bool own = name == spec.balance.name;
  Choice<Balancer> kept;
  const BalanceConventions conventions = spec.conventions;
  if (!own) kept = std::move(spec.balance);
  Wanted wanted;
  try {
    if (!own) BalanceForm(spec.registry, spec.balance, spec.conventions).read(asked, "balance");
    wanted.needs = checked_needs(spec, data, root);
  } catch (const BadInput& error) {
    wanted.fault = error.what();
  }
  if (!own) spec.balance = std::move(kept);
  spec.conventions = conventions;
  return wanted;
}

}  // namespace

LegalityTable legality_table(ExperimentSpec& spec, const TaskSet& tasks, const OpenedData& data) {
  LegalityTable table;
  table.balancers = names_of(balancer_table());
  for (std::string& name : plugin_names(spec.registry, "balancer")) {
    table.balancers.push_back(std::move(name));
  }
  std::vector<Wanted> wanted;
  for (const std::string& name : table.balancers) wanted.push_back(wanted_of(spec, data, name));
  table.refusals.resize(table.balancers.size());
  table.strategies = names_of(sharing_table());
  const std::string chosen = spec.sharing.name;  // with the experiment's options
  if (std::ranges::find(table.strategies, chosen) == table.strategies.end()) {
    table.strategies.push_back(chosen);
  }
  Choice<SharingStrategy> kept = std::move(spec.sharing);
  for (const std::string& name : table.strategies) {
    const bool own = name == chosen;
    spec.sharing = {
        name, kept.place,
        own ? std::move(kept.object) : make_named<SharingStrategy>(sharing_table(), name)};
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
