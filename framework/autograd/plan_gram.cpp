#include <algorithm>
#include <array>

#include "autograd/plan_state.hpp"
#include "espalier/error.hpp"
#include "tensor/blas.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

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
  GramContext c;
  c.matrix = uses.gram;
  c.stride = lanes;
  c.across = s.options.across;
  for_pairs(s.lane_count(), size, [&](std::size_t s_lane, std::size_t t_lane) {
    const LaneRows a{.lane = static_cast<int>(s_lane)}, b{.lane = static_cast<int>(t_lane)};
    if (!c.wants(a, b)) return;
    add_product(c, a, b, blas::dot(size, formed + a.lane * size, formed + b.lane * size));
  });
}

}  // namespace

void Plan::gram(std::span<double> matrix) {
  PlanState& s = *state_;
  for (GramBlock& block : s.gram_blocks) std::ranges::fill(block.gram, 0.0);
  where::Sweep sweep("Gram matrix");
  for (PreparedNode& node : s.nodes) {
    if (node.gram.empty()) continue;
    sweep.at(node.place);
    if (!node.forms_in_sweep) {
      std::ranges::fill(node.gram, 0.0);
      node.op->gram(node.gram_context);
    }
    add_to(s.gram_blocks[static_cast<std::size_t>(node.block)].gram, node.gram);
  }
  for (ParameterUses& uses : s.uses) {
    if (uses.gram.empty()) continue;
    gram_of_uses(s, uses);
    add_to(s.gram_blocks[static_cast<std::size_t>(uses.block)].gram, uses.gram);
  }
  std::ranges::fill(matrix, 0.0);
  for (const GramBlock& block : s.gram_blocks) add_to(matrix, block.gram);
}

std::vector<std::string> Plan::gram_blocks() const {
  std::vector<std::string> names;
  for (const GramBlock& block : state_->gram_blocks) names.push_back(block.name);
  return names;
}

std::span<const double> Plan::gram_block(std::size_t k) const {
  if (k >= state_->gram_blocks.size()) return {};
  return state_->gram_blocks[k].gram;
}

std::size_t Plan::shared_numbers() const { return state_->shared_numbers; }

void Plan::jacobian(real* rows, std::size_t stride) {
  PlanState& s = *state_;
  if (s.options.keep_formed) {
    throw ShapeError(
        "[plan] expected a plan that keeps cotangents, found one that keeps gradients");
  }
  for (const ParameterUses& uses : s.uses) {
    if (uses.active.empty() || uses.parameter->domain != Domain::shared) continue;
    const Index size = uses.parameter->value.size();
    for (std::size_t l = 0; l < s.lane_count(); ++l) {
      matrix::fill(size, real{0}, rows + l * stride + uses.offset);
    }
    for (const ParameterUse& use : uses.active) {
      PreparedNode& node = s.nodes[use.node];
      std::array<Sink, kMaxParameters> sinks{};
      for (const LaneRows& lane : node.lanes) {
        real* const place = rows + static_cast<std::size_t>(lane.lane) * stride + uses.offset;
        sinks[use.k] = {.data = place, .alpha = 1.0, .beta = 1.0};
        lane_gradient(*node.op, node.forward,
                      s.cotangents[static_cast<std::size_t>(s.tape.nodes()[use.node].output.id)],
                      lane, {sinks.data(), node.forward.parameters.size()});
      }
    }
  }
}

}  // namespace espalier
