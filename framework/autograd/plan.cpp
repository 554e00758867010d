#include "autograd/plan.hpp"

#include <algorithm>
#include <utility>

#include "autograd/fuse.hpp"
#include "autograd/plan_state.hpp"
#include "autograd/turns.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

Tape as_planned(Tape tape, const PlanOptions& options) {
  if (options.fused) fuse(tape);
  return tape;
}

}  // namespace

PlanState::PlanState(Tape recorded, const PlanOptions& chosen)
    : tape(as_planned(std::move(recorded), chosen)),
      options(chosen),
      reach(find_reach(tape, chosen.lanes, chosen.tangent)) {
  if (options.fused) find_abreast(*this);
  if (options.tangent) {
    motion = find_motion(tape);
    if (!motion.gap.empty()) {
      throw ShapeError(
          text::cat("[plan] expected a trunk to differentiate forward, found: ", motion.gap));
    }
  }
  for (std::size_t n = 0; n < tape.nodes().size(); ++n) {
    const Op* op = tape.nodes()[n].op.get();
    if (op == nullptr) continue;
    const auto owned = op->parameters();
    for (std::size_t k = 0; k < owned.size(); ++k) {
      if (find(*owned[k]) == nullptr) {
        uses.push_back({owned[k], {}, {}});
        parameters.push_back(owned[k]);
      }
      if (reach.active[n] != 0) find(*owned[k])->active.push_back({n, k});
    }
  }
  if (options.gram && tape.training()) {
    for (ParameterUses& use : uses) {
      const bool own_block = use.active.size() > 1 && use.parameter->domain == Domain::shared;
      if (own_block) use.gram.resize(lane_count() * lane_count());
    }
  }
}

const ParameterUses* PlanState::find(const Parameter& parameter) const {
  const auto at = std::ranges::find(uses, &parameter, &ParameterUses::parameter);
  return at == uses.end() ? nullptr : &*at;
}

ParameterUses* PlanState::find(const Parameter& parameter) {
  return const_cast<ParameterUses*>(std::as_const(*this).find(parameter));
}

std::size_t PlanState::lane_count() const {
  return options.lanes == LaneMode::one ? 1 : tape.losses().size();
}

std::size_t formed_workspace(const PlanState& state) {
  std::size_t bytes = 0;
  for (const ParameterUses& use : state.uses) {
    if (use.gram.empty()) continue;
    bytes = std::max(bytes, static_cast<std::size_t>(use.parameter->value.size()) *
                                state.lane_count() * sizeof(real));
  }
  return Arena::rounded(bytes);
}

Plan::Plan(Tape tape, const PlanOptions& options)
    : state_(std::make_unique<PlanState>(std::move(tape), options)) {
  const bool alone = options.turns == nullptr;
  if (alone) state_->options.turns = std::make_shared<Turns>();
  state_->options.turns->add(*state_);
  if (alone) state_->options.turns->settle();
}

void prepare(PlanState& state) {
  prepare_nodes(state);
  prepare_abreast(state);
  if (state.options.tangent) prepare_tangents(state);
  fuse_rectifiers(state);
}

Plan::~Plan() = default;
Plan::Plan(Plan&&) noexcept = default;

const Tape& Plan::tape() const { return state_->tape; }
Tensor Plan::value(Var v) const { return state_->values[static_cast<std::size_t>(v.id)]; }
std::span<std::int32_t> Plan::indices(Var v) const {
  return state_->integers[static_cast<std::size_t>(v.id)];
}
Tensor Plan::cotangent(Var v) const { return state_->cotangents[static_cast<std::size_t>(v.id)]; }
int Plan::tasks() const { return static_cast<int>(state_->tape.losses().size()); }
std::span<Parameter* const> Plan::parameters() const { return state_->parameters; }
std::uint64_t Plan::forward_sweeps() const { return state_->forward_sweeps; }
std::uint64_t Plan::backward_sweeps() const { return state_->backward_sweeps; }

real Plan::loss(int task) const {
  for (const Tape::Loss& loss : state_->tape.losses()) {
    if (loss.task == task) return value(loss.value).data[0];
  }
  throw ShapeError(text::cat("[plan] expected a loss of task ", task, ", found none"));
}

void Plan::forward(std::uint64_t step, bool replay) {
  where::Sweep sweep("forward");
  for (PreparedNode& node : state_->nodes) {
    if (!node.runs_forward) continue;
    sweep.at(node.place);
    node.forward.step = step;
    node.forward.replay = replay;
    if (node.abreast != nullptr) {
      forward_abreast(*state_, *node.abreast);
    } else if (node.forward_rectifies != nullptr) {
      node.forward_rectifies->forward_rectified(node.forward);
    } else {
      node.op->forward(node.forward);
    }
  }
  ++state_->forward_sweeps;
}

std::size_t Plan::arena_bytes() const {
  std::size_t bytes = state_->options.turns->bytes(*state_);
  for (const PreparedPenalty& p : state_->penalties) {
    for (const Arena& block : p.memory) bytes += block.bytes();
  }
  return bytes;
}

bool Plan::reaches(const Parameter& parameter) const {
  const ParameterUses* uses = state_->find(parameter);
  return uses != nullptr && !uses->active.empty();
}

std::vector<PlannedBlock> Plan::blocks() const {
  std::vector<PlannedBlock> sorted = state_->blocks;
  std::ranges::stable_sort(sorted, std::ranges::greater{}, &PlannedBlock::bytes);
  return sorted;
}

double Plan::forward_flops() const {
  double flops = 0.0;
  std::vector<ValueInfo> infos;
  for (std::size_t n = 0; n < state_->nodes.size(); ++n) {
    const Op* op = state_->nodes[n].op;
    if (op != nullptr) flops += op->flops(geometry_of(*state_, n, infos));
  }
  return flops;
}

}  // namespace espalier
