// Derivatives of all losses along one direction of the shared parameters, v = J(other batch)' w:
// with h the trunk's output, <dL_t/dtheta, v> = <dL_t/dh, (dh/dtheta) v>. What v moves is pushed up
// through the trunk once, whatever the number of tasks.
#include <algorithm>
#include <typeinfo>

#include "autograd/plan_state.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"
#include "tensor/blas.hpp"
#include "tensor/matrix.hpp"

namespace espalier {

HasTangent::~HasTangent() = default;

namespace {

bool like(const Tape::Node& a, const Tape::Node& b) {
  if (a.op == nullptr || b.op == nullptr) return a.op == b.op;
  const Op &one = *a.op, &other = *b.op;
  return typeid(one) == typeid(other) && std::ranges::equal(one.parameters(), other.parameters());
}

// Both plans are of one recorded model.
void check_alike(const PlanState& s, const PlanState& along) {
  bool alike = along.options.lanes == LaneMode::one && !along.options.tangent &&
               s.nodes.size() == along.nodes.size();
  for (std::size_t n = 0; alike && n < s.nodes.size(); ++n) {
    const Tape::Node &mine = s.tape.nodes()[n], &other = along.tape.nodes()[n];
    alike = like(mine, other) && s.tape.shape(mine.output) == along.tape.shape(other.output);
  }
  if (alike) return;
  throw ShapeError(
      "[plan] expected a plan in one lane of the same model over another batch, "
      "found one of another model");
}

// The regions of a plan in one lane stay as they are, so that this is done once.
void find_unformed(PlanState& s, const PlanState& along) {
  for (PreparedTangent& t : s.moved) {
    for (std::size_t k = 0; k < t.moves.size(); ++k) {
      const Parameter& parameter = *t.context.parameters[k];
      t.unformed[k].clear();
      if (parameter.domain != Domain::shared || t.moves[k].data != nullptr) continue;
      for (const ParameterUse& use : along.find(parameter)->active) {
        for (const GradientRegion& region : along.nodes[use.node].regions) {
          t.unformed[k].push_back({region.inputs[0], region.context.dy});
        }
      }
      t.unformed_spans[k] = t.unformed[k];
    }
  }
}

// Those of one loss: the cotangent of what its head reads with what moves there.
double read_off(const PlanState& s, Var border) {
  const Tensor &cotangent = s.cotangents[id(border)], &tangent = s.tangents[id(border)];
  return blas::dot(cotangent.size(), cotangent.data, tangent.data);
}

}  // namespace

void Plan::follow(const Plan& along) {
  PlanState& s = *state_;
  if (s.along == along.state_.get()) return;
  check_alike(s, *along.state_);
  find_unformed(s, *along.state_);
  s.along = along.state_.get();
}

void Plan::move_along(Plan& along) {
  follow(along);
  for (const FormedTangent& form : state_->forms) {
    along.loss_gradient(*form.parameter, {.data = form.place.data, .alpha = 1.0, .beta = 0.0}, {});
  }
}

void Plan::derivatives(std::span<double> each) {
  PlanState& s = *state_;
  std::ranges::fill(each, 0.0);
  if (s.zeros.data != nullptr) matrix::fill(s.zeros.size(), real{0}, s.zeros.data);
  where::Sweep sweep("tangent");
  for (std::size_t n = 0; n < s.nodes.size(); ++n) {
    PreparedTangent& t = s.moved[n];
    sweep.at(s.nodes[n].place);
    if (t.loss >= 0) {
      each[static_cast<std::size_t>(t.loss)] += read_off(s, s.tape.nodes()[n].output);
    }
    if (t.op == nullptr) continue;
    t.context.step = s.nodes[n].forward.step;
    t.op->tangent(t.context);
  }
}

}  // namespace espalier
