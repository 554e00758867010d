#include "autograd/plan.hpp"

#include <algorithm>
#include <array>

#include "autograd/plan_state.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "tensor/blas.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

PlanState::PlanState(Tape recorded, const PlanOptions& chosen)
    : tape(std::move(recorded)), options(chosen), reach(find_reach(tape, chosen.lanes)) {
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

ParameterUses* PlanState::find(const Parameter& parameter) {
  const auto at = std::ranges::find(uses, &parameter, &ParameterUses::parameter);
  return at == uses.end() ? nullptr : &*at;
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
  plan_memory(*state_);
  prepare_nodes(*state_);
}

Plan::~Plan() = default;
Plan::Plan(Plan&&) noexcept = default;

const Tape& Plan::tape() const { return state_->tape; }
Tensor Plan::value(Var v) const { return state_->values[static_cast<std::size_t>(v.id)]; }
std::span<std::int32_t> Plan::indices(Var v) const {
  return state_->integers[static_cast<std::size_t>(v.id)];
}
int Plan::tasks() const { return static_cast<int>(state_->tape.losses().size()); }
std::span<Parameter* const> Plan::parameters() const { return state_->parameters; }
std::uint64_t Plan::forward_sweeps() const { return state_->forward_sweeps; }
std::uint64_t Plan::backward_sweeps() const { return state_->backward_sweeps; }
std::size_t Plan::arena_bytes() const { return state_->arena.bytes(); }

real Plan::loss(int task) const {
  for (const Tape::Loss& loss : state_->tape.losses()) {
    if (loss.task == task) return value(loss.value).data[0];
  }
  throw ShapeError(text::cat("[plan] expected a loss of task ", task, ", found none"));
}

void Plan::forward(std::uint64_t step) {
  for (PreparedNode& node : state_->nodes) {
    if (!node.runs_forward) continue;
    node.forward.step = step;
    node.op->forward(node.forward);
  }
  ++state_->forward_sweeps;
}

namespace {

// The border between a head and the trunk: rows pass as they are, times `factor`.
void pass_border(const PreparedNode& node, double factor) {
  const Index row = node.backward.dy.shape.row_size();
  for (const Run& run : node.runs[0]) {
    const real* dy = node.backward.dy.data + run.dy_row * row;
    real* dx = node.dx[0].data + run.dx_row * row;
    if (node.runs_backward && run.accumulate) {
      matrix::add_scaled(run.rows * row, factor, dy, dx);
    } else if (node.runs_backward || factor != 1.0) {
      matrix::scale(run.rows * row, factor, dy, dx);  // shared memory: dy == dx
    }
  }
}

}  // namespace

void Plan::backward(std::span<const double> seeds, std::span<const double> border) {
  PlanState& s = *state_;
  for (real* const seed : s.seeds) {
    if (seed != nullptr) *seed = 0;
  }
  for (std::size_t l = 0; l < s.seeds.size(); ++l) {  // one number may be the loss of two tasks
    if (s.seeds[l] != nullptr) *s.seeds[l] += static_cast<real>(seeds[l]);
  }
  for (std::size_t n = s.nodes.size(); n-- > 0;) {
    PreparedNode& node = s.nodes[n];
    // Shared parameters in a head lie before the border, but take part in the trunk's direction.
    node.factor = node.head_lane >= 0 ? border[static_cast<std::size_t>(node.head_lane)] : 1.0;
    if (node.border_lane >= 0) {
      pass_border(node, border[static_cast<std::size_t>(node.border_lane)]);
    } else if (node.runs_backward) {
      node.backward.step = node.forward.step;
      node.op->backward(node.backward);
    }
  }
  ++s.backward_sweeps;
}

namespace {

void add_to(std::span<double> total, const std::vector<double>& part) {
  for (std::size_t i = 0; i < part.size(); ++i) total[i] += part[i];
}

// A parameter with several uses: g_t is the sum over its uses, so its Gram has cross terms. Each
// task's summed gradient is formed (in the part of the workspace behind the ops' own).
void gram_of_uses(PlanState& s, ParameterUses& uses) {
  const Index size = uses.parameter->value.size(), lanes = static_cast<Index>(s.lane_count());
  const std::size_t own = s.workspace.size() - formed_workspace(s);
  real* const formed = reinterpret_cast<real*>(s.workspace.data() + own);
  matrix::fill(size * lanes, real{0}, formed);
  for (const ParameterUse& use : uses.active) {
    PreparedNode& node = s.nodes[use.node];
    std::array<Sink, kMaxParameters> sinks{};
    for (const LaneRows& lane : node.lanes) {
      sinks[use.k] = {.data = formed + lane.lane * size, .alpha = 1.0, .beta = 1.0};
      OpContext context = node.forward;
      context.workspace = s.workspace.first(own);
      lane_gradient(*node.op, context,
                    s.cotangents[static_cast<std::size_t>(s.tape.nodes()[use.node].output.id)],
                    lane, {sinks.data(), node.forward.parameters.size()});
    }
  }
  std::ranges::fill(uses.gram, 0.0);
  for (Index a = 0; a < lanes; ++a) {
    for (Index b = a; b < lanes; ++b) {
      const double product = blas::dot(size, formed + a * size, formed + b * size);
      uses.gram[static_cast<std::size_t>(a * lanes + b)] = product;
      uses.gram[static_cast<std::size_t>(b * lanes + a)] = product;
    }
  }
}

}  // namespace

void Plan::gram(std::span<double> matrix) {
  std::ranges::fill(matrix, 0.0);
  for (PreparedNode& node : state_->nodes) {
    if (node.gram.empty()) continue;
    std::ranges::fill(node.gram, 0.0);
    node.op->gram(node.gram_context);
    add_to(matrix, node.gram);
  }
  for (ParameterUses& uses : state_->uses) {
    if (uses.gram.empty()) continue;
    gram_of_uses(*state_, uses);
    add_to(matrix, uses.gram);
  }
}

std::vector<std::string> Plan::gram_blocks() const {
  std::vector<std::string> names;
  for (const PreparedNode& node : state_->nodes) {
    if (node.gram.empty()) continue;
    const auto first = std::ranges::find(node.includes, 1) - node.includes.begin();
    names.push_back(node.forward.parameters[static_cast<std::size_t>(first)]->name);
  }
  for (const ParameterUses& uses : state_->uses) {
    if (!uses.gram.empty()) names.push_back(uses.parameter->name);
  }
  return names;
}

std::span<const double> Plan::gram_block(std::size_t k) const {
  for (const PreparedNode& node : state_->nodes) {
    if (!node.gram.empty() && k-- == 0) return node.gram;
  }
  for (const ParameterUses& uses : state_->uses) {
    if (!uses.gram.empty() && k-- == 0) return uses.gram;
  }
  return {};
}

namespace {

// dy rows become those of sum w_t dy_t, packed from row 0. A target row never lies behind the rows
// it is made of, and rows are taken in order, so folding in place reads nothing it overwrote.
void fold(PreparedNode& node, real* dy, Index row, std::span<const double> weights) {
  const auto weight = [&](std::size_t l) {
    return weights[static_cast<std::size_t>(node.lanes[l].lane)];
  };
  bool equal = !node.several_lanes;
  for (std::size_t l = 1; l < node.lanes.size(); ++l) equal &= weight(l) == weight(0);
  node.factor = equal ? weight(0) : 1.0;
  if (equal) return;
  Index target = 0;
  for (std::size_t l = 0; l < node.lanes.size();) {
    const LaneRows& first = node.lanes[l];
    const Index n = first.rows * row;
    std::size_t end = l + 1;
    while (end < node.lanes.size() && node.lanes[end].value_row == first.value_row) ++end;
    matrix::scale(n, weight(l), dy + first.dy_row * row, dy + target);
    for (std::size_t t = l + 1; t < end; ++t) {
      matrix::add_scaled(n, weight(t), dy + node.lanes[t].dy_row * row, dy + target);
    }
    target += n;
    l = end;
  }
}

}  // namespace

void Plan::weigh(std::span<const double> shared, std::span<const double> heads) {
  PlanState& s = *state_;
  if (s.options.lanes == LaneMode::one) return;
  for (std::size_t n = 0; n < s.nodes.size(); ++n) {
    PreparedNode& node = s.nodes[n];
    if (node.regions.empty()) continue;
    const Tensor& dy = s.cotangents[static_cast<std::size_t>(s.tape.nodes()[n].output.id)];
    fold(node, dy.data, dy.shape.row_size(), node.shared ? shared : heads);
  }
}

bool Plan::reaches(const Parameter& parameter) const {
  const ParameterUses* uses = state_->find(parameter);
  return uses != nullptr && !uses->active.empty();
}

bool Plan::gradient(const Parameter& parameter, const Sink& sink) {
  if (!reaches(parameter)) return false;
  double beta = sink.beta;
  for (const ParameterUse& use : state_->find(parameter)->active) {
    PreparedNode& node = state_->nodes[use.node];
    for (GradientRegion& region : node.regions) {
      std::ranges::fill(node.sinks, Sink{});
      node.sinks[use.k] = {.data = sink.data, .alpha = sink.alpha * node.factor, .beta = beta};
      region.context.step = node.forward.step;
      node.op->parameter_gradient(region.context);
      beta = 1.0;  // decay and momentum act once
    }
  }
  return true;
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
