// When the penalties' gradients are taken: all of them at the parameters' values before the update,
// so before the first `gradient` that may move one. A penalty whose parameters' sinks are known by
// then (`announce`) writes there, and the gradients of the losses are added: all at once, or each
// group of its parameters when the first of them is about to move. Another one leaves its gradients
// in memory, from which each parameter's is added to its sink.
#include <algorithm>

#include "autograd/plan_state.hpp"
#include "autograd/sink_penalty.hpp"

namespace espalier {

SinkPenalty::~SinkPenalty() = default;

namespace {

bool has(const PreparedPenalty& p, const Parameter& parameter) {
  return std::ranges::find(p.penalty->parameters(), &parameter) != p.penalty->parameters().end();
}

// Two uses of one parameter would both let beta act.
bool owns_each_alone(const PlanState& s, const Penalty& penalty) {
  return std::ranges::all_of(penalty.parameters(), [&](const Parameter* parameter) {
    std::ptrdiff_t uses = 0;
    for (const auto& other : s.tape.penalties()) {
      uses += std::ranges::count(other->parameters(), parameter);
    }
    return uses == 1;
  });
}

void make_memory(PreparedPenalty& p) {
  for (const Parameter* parameter : p.penalty->parameters()) {
    const auto numbers = static_cast<std::size_t>(parameter->value.size());
    p.memory.emplace_back(Arena::rounded(numbers * sizeof(real)));
    p.gradients.push_back(reinterpret_cast<real*>(p.memory.back().data()));
  }
}

// Whether there is a sink for every parameter; they are in p.sinks then.
bool find_sinks(PreparedPenalty& p, std::span<const ParameterSink> announced) {
  const auto owned = p.penalty->parameters();
  for (std::size_t k = 0; k < owned.size(); ++k) {
    const auto at = std::ranges::find(announced, owned[k], &ParameterSink::parameter);
    if (at == announced.end() || at->sink.data == nullptr) return false;
    p.sinks[k] = at->sink;
  }
  return true;
}

}  // namespace

void prepare_penalties(PlanState& s) {
  where::Place here;
  where::Sweep sweep("plan");
  for (const auto& penalty : s.tape.penalties()) {
    here = {.stage = "penalty", .object = penalty.get()};
    sweep.at(here);
    PreparedPenalty p;
    p.penalty = penalty.get();
    p.place = here;
    if (owns_each_alone(s, *penalty)) p.direct = dynamic_cast<const SinkPenalty*>(penalty.get());
    p.sinks.resize(penalty->parameters().size());
    if (p.direct == nullptr) make_memory(p);
    if (p.direct != nullptr) p.due.resize(p.direct->groups());
    s.penalties.push_back(std::move(p));
  }
}

void penalties_are_due(PlanState& s) {
  where::Sweep sweep("gradient");
  for (PreparedPenalty& p : s.penalties) {
    p.taken = PreparedPenalty::Taken::no;
    if (p.direct != nullptr) continue;  // its sinks may be announced
    sweep.at(p.place);
    p.penalty->gradient(p.gradients);
    p.taken = PreparedPenalty::Taken::to_memory;
  }
}

void take_penalties(PlanState& s, std::span<const ParameterSink> announced) {
  where::Sweep sweep("gradient");
  for (PreparedPenalty& p : s.penalties) {
    if (p.taken != PreparedPenalty::Taken::no) continue;
    sweep.at(p.place);
    if (p.direct != nullptr && find_sinks(p, announced)) {
      if (p.due.empty()) {
        p.direct->add_gradient(p.sinks);
      } else {
        p.direct->note(p.sinks);
        std::ranges::fill(p.due, 1);
      }
      p.taken = PreparedPenalty::Taken::to_sinks;
      continue;
    }
    if (p.gradients.empty()) make_memory(p);
    p.penalty->gradient(p.gradients);
    p.taken = PreparedPenalty::Taken::to_memory;
  }
}

DueGroup due_group(PlanState& s, const Parameter& parameter) {
  for (PreparedPenalty& p : s.penalties) {
    if (p.taken != PreparedPenalty::Taken::to_sinks || p.due.empty()) continue;
    const auto owned = p.penalty->parameters();
    const auto at = std::ranges::find(owned, &parameter);
    if (at == owned.end()) continue;
    const std::size_t group = static_cast<std::size_t>(at - owned.begin()) % p.due.size();
    return {p.due[group] != 0 ? &p : nullptr, group};
  }
  return {};
}

bool penalty_in_memory(const PlanState& s, const Parameter& parameter) {
  return std::ranges::any_of(s.penalties, [&](const PreparedPenalty& p) {
    return p.taken != PreparedPenalty::Taken::to_sinks && has(p, parameter);
  });
}

bool penalty_in_sink(const PlanState& s, const Parameter& parameter) {
  return std::ranges::any_of(s.penalties, [&](const PreparedPenalty& p) {
    return p.taken == PreparedPenalty::Taken::to_sinks && has(p, parameter);
  });
}

void Plan::expect(std::span<const ParameterSink> sinks) {
  for (PreparedPenalty& p : state_->penalties) {
    if (p.gradients.empty() && !find_sinks(p, sinks)) make_memory(p);
  }
}

void Plan::announce(std::span<const ParameterSink> sinks) { take_penalties(*state_, sinks); }

}  // namespace espalier
