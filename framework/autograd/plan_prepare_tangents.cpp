#include <algorithm>
#include <typeinfo>

#include "autograd/plan_state.hpp"

namespace espalier {

const HasTangent* tangent_op(const PlanState& s, std::size_t n) {
  if (!s.options.tangent || s.motion.nodes[n] == 0) return nullptr;
  return dynamic_cast<const HasTangent*>(s.tape.nodes()[n].op.get());
}

bool stays_unformed(const PlanState& s, const Parameter& parameter) {
  const Tape::Node* first = nullptr;
  std::vector<ValueInfo> infos;
  for (std::size_t n = 0; n < s.tape.nodes().size(); ++n) {
    const HasTangent* const moves = tangent_op(s, n);
    if (moves == nullptr) continue;
    const Tape::Node& node = s.tape.nodes()[n];
    const auto owned = node.op->parameters();
    const Op& op = *node.op;
    for (std::size_t k = 0; k < owned.size(); ++k) {
      if (owned[k] != &parameter) continue;
      if (first == nullptr) first = &node;
      const Op& other = *first->op;
      if (typeid(op) != typeid(other)) return false;
      if (s.tape.shape(node.output) != s.tape.shape(first->output)) return false;
      if (!moves->takes_unformed(static_cast<int>(k), geometry_of(s, n, infos))) return false;
    }
  }
  return first != nullptr;
}

namespace {

Tensor zeros_like(const PlanState& s, Var v) { return {s.zeros.data, s.tape.shape(v)}; }

void prepare_inputs(const PlanState& s, const Tape::Node& node, PreparedTangent& t) {
  const auto moves = [&](Var v) { return s.tangents[id(v)].data != nullptr; };
  const bool any = std::ranges::any_of(node.inputs, moves);
  for (const Var v : node.inputs) {
    const bool is_real = s.tape.value(v).info.dtype == Dtype::floating;
    t.dx.push_back(!any || !is_real ? Tensor{} : moves(v) ? s.tangents[id(v)] : zeros_like(s, v));
  }
}

void prepare_parameters(const PlanState& s, const Op& op, PreparedTangent& t) {
  for (const Parameter* parameter : op.parameters()) {
    t.moves.emplace_back(
        s.parameter_tangents[static_cast<std::size_t>(s.find(*parameter) - s.uses.data())]);
  }
  t.unformed.resize(t.moves.size());
  t.unformed_spans.resize(t.moves.size());
}

void prepare_node(PlanState& s, std::size_t n) {
  const Tape::Node& node = s.tape.nodes()[n];
  PreparedTangent& t = s.moved[n];
  if (node.op == nullptr) {
    const auto& losses = s.tape.losses();
    const auto own = std::ranges::find(losses, node.task, &Tape::Loss::task);
    const bool read = node.task >= 0 && own != losses.end() && s.reach.active[n] != 0;
    if (read) t.loss = static_cast<int>(own - losses.begin());
    return;
  }
  if (s.tangents[id(node.output)].data == s.tangents[id(node.inputs[0])].data &&
      node.op->is_view()) {
    return;
  }
  t.op = tangent_op(s, n);
  prepare_inputs(s, node, t);
  prepare_parameters(s, *node.op, t);
  TangentContext& c = t.context;
  static_cast<OpContext&>(c) = s.nodes[n].forward;
  c.dx = t.dx;
  c.dy = s.tangents[id(node.output)];
  c.moves = t.moves;
  c.unformed = t.unformed_spans;
}

}  // namespace

void prepare_tangents(PlanState& s) {
  s.moved.resize(s.nodes.size());
  for (std::size_t u = 0; u < s.uses.size(); ++u) {
    const Tensor& place = s.parameter_tangents[u];
    if (place.data != nullptr) s.forms.push_back({s.uses[u].parameter, place});
  }
  for (std::size_t n = 0; n < s.nodes.size(); ++n) {
    if (s.motion.nodes[n] != 0) prepare_node(s, n);
  }
}

}  // namespace espalier
