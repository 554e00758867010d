#include <algorithm>

#include "autograd/loss_pull.hpp"
#include "autograd/plan_state.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

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

void plant_seeds(PlanState& s, std::span<const double> seeds) {
  for (real* const seed : s.seeds) {
    if (seed != nullptr) *seed = 0;
  }
  for (std::size_t l = 0; l < s.seeds.size(); ++l) {  // one number may be the loss of two tasks
    if (s.seeds[l] != nullptr) *s.seeds[l] += static_cast<real>(seeds[l]);
    s.seed_weights[l] = seeds[l];
  }
}

// What a LossPull must know of the losses that pass it in the trunk.
void weigh_pull(const PlanState& s, const PreparedNode& node, std::span<const double> border) {
  real* const weights = LossPull::weights(node.backward);
  std::fill_n(weights, node.backward.dy.shape[0], real{0});
  for (const LossRows& part : node.pulled) {
    const double seed = s.seed_weights[static_cast<std::size_t>(part.loss)];
    const auto weight = static_cast<real>(seed * border_factor(s, part.loss, border) /
                                          static_cast<double>(part.rows));
    for (Index i = 0; i < part.rows; ++i) weights[part.row + i] += weight;
  }
}

void run_backward(PlanState& s, PreparedNode& node, std::span<const double> border,
                  where::Sweep& sweep) {
  sweep.at(node.place);
  node.formed_now = node.use_formed = false;
  if (node.inner_loss >= 0) node.sweep = 1.0 / border_factor(s, node.inner_loss, border);
  // Shared parameters in a head lie before the border, but take part in the trunk's direction.
  node.factor = node.head_lane >= 0 ? border[static_cast<std::size_t>(node.head_lane)] : 1.0;
  if (node.border_lane >= 0) {
    pass_border(node, border_factor(s, node.border_lane, border));
  } else if (node.op == nullptr) {
    if (node.runs_backward) pass_border(node, 1.0);
  } else if (node.runs_backward) {
    node.backward.step = node.forward.step;
    if (!node.pulled.empty()) weigh_pull(s, node, border);
    if (node.abreast != nullptr && !node.abreast->backward.empty()) {
      backward_abreast(s, *node.abreast, border);
    } else if (node.backward_rectifies != nullptr) {
      node.backward_rectifies->backward_rectified(node.backward);
    } else {
      node.op->backward(node.backward);
    }
  }
  if (node.forms_in_sweep) {
    std::ranges::fill(node.gram, 0.0);
    node.op->gram(node.gram_context);
    node.formed_now = true;
  }
}

}  // namespace

// A border of zero would hide from a task's own parameters behind it what they must learn. A power
// of two passes exactly, and what it adds to the trunk is lost in rounding.
double border_factor(const PlanState& s, int loss, std::span<const double> border) {
  const auto l = static_cast<std::size_t>(loss);
  return border[l] == 0.0 && s.owns_inside[l] != 0 ? 0x1p-60 : border[l];
}

void Plan::backward(std::span<const double> seeds, std::span<const double> border) {
  PlanState& s = *state_;
  plant_seeds(s, seeds);
  where::Sweep sweep("backward");
  for (std::size_t n = s.nodes.size(); n-- > s.waves.nodes;) {
    run_backward(s, s.nodes[n], border, sweep);
  }
  backward_waves(s, sweep);
  ++s.backward_sweeps;
}

void Plan::backward_heads(std::span<const double> seeds) {
  PlanState& s = *state_;
  plant_seeds(s, seeds);
  where::Sweep sweep("backward");
  for (std::size_t n = s.nodes.size(); n-- > 0;) {
    if (s.tape.nodes()[n].in_head()) run_backward(s, s.nodes[n], seeds, sweep);
  }
}

void Plan::backward_trunk(std::span<const double> border) {
  PlanState& s = *state_;
  where::Sweep sweep("backward");
  for (std::size_t n = s.nodes.size(); n-- > 0;) {
    PreparedNode& node = s.nodes[n];
    if (!s.tape.nodes()[n].in_head()) {
      run_backward(s, node, border, sweep);
    } else if (node.head_lane >= 0) {
      node.factor = border[static_cast<std::size_t>(node.head_lane)];
    }
  }
  ++s.backward_sweeps;
}

std::vector<Border> Plan::borders() const {
  std::vector<Border> all;
  for (std::size_t n = 0; n < state_->nodes.size(); ++n) {
    const PreparedNode& node = state_->nodes[n];
    if (node.border_lane < 0) continue;
    const Var output = state_->tape.nodes()[n].output;
    all.push_back({node.border_lane, state_->tape.value(output).parts[0].stream, value(output),
                   state_->cotangents[static_cast<std::size_t>(output.id)]});
  }
  return all;
}

}  // namespace espalier
