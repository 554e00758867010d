#include <algorithm>

#include "autograd/ops/started_gradient.hpp"
#include "autograd/plan_state.hpp"
#include "core/parallel.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

namespace {

// to = w from, where `to` may lie in front of `from` by less than n: in parts of that distance
// source and target never overlap, so it does not matter which thread comes first.
void scale_forward(Index n, double w, const real* from, real* to) {
  const Index distance = from - to;
  const Index part = distance > 0 ? std::min(distance, n) : n;
  for (Index i = 0; i < n; i += part) matrix::scale(std::min(part, n - i), w, from + i, to + i);
}

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
    scale_forward(n, weight(l), dy + first.dy_row * row, dy + target);
    for (std::size_t t = l + 1; t < end; ++t) {
      matrix::add_scaled(n, weight(t), dy + node.lanes[t].dy_row * row, dy + target);
    }
    target += n;
    l = end;
  }
}

// Streams at the ends of a region that no loss weighs (of tasks set aside, or given no weight) add
// nothing to the gradient and stay out of its product.
void leave_out_unweighed(PlanState& s, std::size_t n, std::span<const double> weights) {
  for (GradientRegion& region : s.nodes[n].regions) {
    std::size_t begin = region.all_parts.size(), end = 0;
    for (std::size_t p = 0; p < region.all_parts.size(); ++p) {
      const Index row = region.first_row + region.all_parts[p].first;
      const bool weighed = std::ranges::any_of(s.nodes[n].lanes, [&](const LaneRows& lane) {
        return lane.value_row == row && weights[static_cast<std::size_t>(lane.lane)] != 0.0;
      });
      if (!weighed) continue;
      begin = std::min(begin, p);
      end = p + 1;
    }
    if (end == 0) {  // all of it, with zeros: the sinks' beta must act
      begin = 0;
      end = region.all_parts.size();
    }
    view_region(s, n, region, begin, end);
  }
}

}  // namespace

void Plan::weigh(std::span<const double> shared, std::span<const double> heads) {
  PlanState& s = *state_;
  s.direction = {};
  s.direction_all = {};
  penalties_are_due(s);
  const std::size_t lanes = s.tape.losses().size();
  for (std::size_t n = 0; n < s.nodes.size(); ++n) {
    PreparedNode& node = s.nodes[n];
    if (node.regions.empty()) continue;
    if (s.options.lanes == LaneMode::one) {
      // The cotangents of a head are of its task alone; those of the trunk carry their weights.
      if (node.head_loss >= 0) node.factor = heads[static_cast<std::size_t>(node.head_loss)];
      if (node.inner_loss >= 0) {
        node.factor = node.sweep * heads[static_cast<std::size_t>(node.inner_loss)];
      }
      node.use_formed = node.formed_now;
      if (node.use_formed) std::ranges::fill(node.lane_weights, node.factor);
      continue;
    }
    const bool by_block = node.shared && shared.size() > lanes;
    const std::size_t first = by_block ? static_cast<std::size_t>(node.block) * lanes : 0;
    const Tensor& dy = s.cotangents[static_cast<std::size_t>(s.tape.nodes()[n].output.id)];
    const std::span<const double> weights = node.shared ? shared.subspan(first, lanes) : heads;
    node.use_formed = node.formed_now;
    if (node.use_formed) {
      std::ranges::copy(weights, node.lane_weights.begin());
    } else {
      fold(node, dy.data, dy.shape.row_size(), weights);
      if (node.lanes.size() > 1) leave_out_unweighed(s, n, weights);
    }
  }
}

void Plan::direct(std::span<const real> direction, std::span<const double> heads) {
  PlanState& s = *state_;
  penalties_are_due(s);
  for (std::size_t n = 0; n < s.nodes.size(); ++n) {
    PreparedNode& node = s.nodes[n];
    if (node.regions.empty() || node.shared) continue;
    node.use_formed = false;
    const Tensor& dy = s.cotangents[static_cast<std::size_t>(s.tape.nodes()[n].output.id)];
    fold(node, dy.data, dy.shape.row_size(), heads);
    if (node.lanes.size() > 1) leave_out_unweighed(s, n, heads);
  }
  s.direction = direction;
  s.direction_all = {};
}

void Plan::direct_all(std::span<const real> direction) {
  penalties_are_due(*state_);
  state_->direction = {};
  state_->direction_all = direction;
}

namespace {

// sink = beta sink + alpha d
void write_direction(const real* d, Index size, const Sink& sink) {
  if (sink.beta == 0.0) matrix::fill(size, real{0}, sink.data);  // never reads what it overwrites
  if (sink.beta != 0.0 && sink.beta != 1.0) matrix::scale(size, sink.beta, sink.data, sink.data);
  matrix::add_scaled(size, sink.alpha, d, sink.data);
}

// sink = beta sink + alpha sum_t w_t g_t, from the gradients that `gram` formed
void write_formed(const PreparedNode& node, std::size_t k, const Sink& sink) {
  Index numbers = 0, offset = 0;
  for (std::size_t p = 0; p < node.forward.parameters.size(); ++p) {
    if (p == k) offset = numbers;
    numbers += node.forward.parameters[p]->value.size();
  }
  const real* const rows = reinterpret_cast<const real*>(node.formed.data());
  Sink rest = sink;
  for (std::size_t l = 0; l < node.lanes.size(); ++l) {
    rest.alpha = sink.alpha * node.lane_weights[static_cast<std::size_t>(node.lanes[l].lane)];
    write_direction(rows + static_cast<Index>(l) * numbers + offset,
                    node.forward.parameters[k]->value.size(), rest);
    rest.beta = 1.0;
  }
}

// The node of the one op that forms all of a parameter's gradient at once; null: there is none.
const PreparedNode* only_node(PlanState& s, const ParameterUses& uses) {
  if (!s.direction.empty() || !s.direction_all.empty() || uses.active.size() != 1) return nullptr;
  const PreparedNode& node = s.nodes[uses.active[0].node];
  return node.use_formed || node.regions.size() != 1 ? nullptr : &node;
}

bool one_op_starts(PlanState& s, const Parameter& parameter) {
  const ParameterUses& uses = *s.find(parameter);
  const PreparedNode* const node = only_node(s, uses);
  return node != nullptr && uses.active[0].k == 0 &&
         dynamic_cast<const StartedGradient*>(node->op) != nullptr;
}

}  // namespace

bool Plan::gradient(const Parameter& parameter, const Sink& sink) {
  if (!reaches(parameter)) return false;
  take_penalties(*state_, {});
  const DueGroup due = due_group(*state_, parameter);
  const auto add = [&](const NumberBlock& block) { due.of->direct->add_block(due.group, block); };
  Start start;
  if (due.of != nullptr) {
    due.of->due[due.group] = 0;
    where::Sweep sweep("gradient");
    sweep.at(due.of->place);
    if (one_op_starts(*state_, parameter)) {
      start = start_with(add);
    } else {
      due.of->direct->add_group(due.group);
    }
  }
  const double beta = penalty_in_sink(*state_, parameter) ? 1.0 : sink.beta;  // acts once
  if (sink.finish && one_op_finishes(parameter)) {
    loss_gradient(parameter,
                  {.data = sink.data, .alpha = sink.alpha, .beta = beta, .finish = sink.finish},
                  start);
    return true;
  }
  whole_gradient(parameter, {.data = sink.data, .alpha = sink.alpha, .beta = beta}, start);
  if (sink.finish) {
    parallel::for_numbers(parameter.value.size(),
                          [&](Index begin, Index end) { sink.finish(begin, end); });
  }
  return true;
}

// Whether one op forms all of the gradient at once.
bool Plan::one_op_finishes(const Parameter& parameter) const {
  const ParameterUses& uses = *state_->find(parameter);
  const PreparedNode* const node = only_node(*state_, uses);
  if (node == nullptr) return false;
  where::Sweep sweep("gradient");
  sweep.at(node->place);
  return node->op->finishes(static_cast<int>(uses.active[0].k)) &&
         !penalty_in_memory(*state_, parameter);
}

void Plan::whole_gradient(const Parameter& parameter, const Sink& sink, const Start& start) {
  loss_gradient(parameter, sink, start);
  const Sink more{.data = sink.data, .alpha = sink.alpha, .beta = 1.0};
  for (const PreparedPenalty& p : state_->penalties) {
    if (p.taken == PreparedPenalty::Taken::to_sinks) continue;
    const auto owned = p.penalty->parameters();
    for (std::size_t k = 0; k < owned.size(); ++k) {
      if (owned[k] == &parameter) write_direction(p.gradients[k], parameter.value.size(), more);
    }
  }
}

// With a start one op forms all of it.
void Plan::loss_gradient(const Parameter& parameter, const Sink& sink, const Start& start) {
  const ParameterUses& uses = *state_->find(parameter);
  if (!state_->direction.empty() && parameter.domain == Domain::shared) {
    write_direction(state_->direction.data() + uses.offset, parameter.value.size(), sink);
    return;
  }
  if (!state_->direction_all.empty()) {
    write_direction(state_->direction_all.data() + uses.offset_of_all, parameter.value.size(),
                    sink);
    return;
  }
  double beta = sink.beta;
  where::Sweep sweep("gradient");
  for (const ParameterUse& use : uses.active) {
    PreparedNode& node = state_->nodes[use.node];
    sweep.at(node.place);
    if (node.use_formed) {
      write_formed(node, use.k, {.data = sink.data, .alpha = sink.alpha, .beta = beta});
      beta = 1.0;
      continue;
    }
    for (GradientRegion& region : node.regions) {
      std::ranges::fill(node.sinks, Sink{});
      node.sinks[use.k] = {.data = sink.data,
                           .alpha = sink.alpha * node.factor,
                           .beta = beta,
                           .finish = sink.finish};
      region.context.step = node.forward.step;
      if (start) {
        dynamic_cast<const StartedGradient&>(*node.op).parameter_gradient_started(region.context,
                                                                                  start);
      } else {
        node.op->parameter_gradient(region.context);
      }
      beta = 1.0;  // decay and momentum act once
    }
  }
}

}  // namespace espalier
