#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "autograd/ops/narrow.hpp"
#include "autograd/plan_state.hpp"
#include "core/parallel.hpp"
#include "tensor/precision.hpp"
#include "tensor/thin_product.hpp"

namespace espalier {

namespace {

// The border whose rows node n reads, perhaps under another shape; kNone: it reads something else.
constexpr std::size_t kNone = static_cast<std::size_t>(-1);
std::size_t border_of(const Tape& tape, std::size_t n) {
  do {
    const int producer = tape.value(tape.nodes()[n].inputs[0]).producer;
    if (producer < 0) return kNone;
    n = static_cast<std::size_t>(producer);
  } while (tape.nodes()[n].op != nullptr && tape.nodes()[n].op->is_view());
  return tape.nodes()[n].is_border() ? n : kNone;
}

// Single products of rows of one number are formed another way, to other bits.
const NarrowOp* narrow_op(const Tape::Node& node) {
  const auto* const op = dynamic_cast<const NarrowOp*>(node.op.get());
  return op != nullptr && op->matrix().outputs <= kThin && op->matrix().inputs > 1 ? op : nullptr;
}

struct Readers {
  std::vector<std::size_t> nodes;
  bool watched = false;  ///< somebody looks at the cotangent of what one of them reads
};

// Ops that read what `value` holds, under any shape, and that some loss reaches.
void find_readers(const PlanState& s, Var value, Readers& readers) {
  const auto& nodes = s.tape.nodes();
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    if (s.reach.active[n] == 0) continue;
    const bool reads =
        std::ranges::any_of(nodes[n].inputs, [&](Var v) { return v.id == value.id; });
    if (!reads) continue;
    if (nodes[n].is_border() || (nodes[n].op != nullptr && nodes[n].op->is_view())) {
      readers.watched |= s.tape.value(nodes[n].output).watched;
      find_readers(s, nodes[n].output, readers);
    } else {
      readers.nodes.push_back(n);
    }
  }
}

// Of the value that the node reads too, from the first row on.
bool covers_all_rows(const PreparedNode& node) {
  if (!passes_at_once(node)) return false;
  const Run& run = node.runs[0][0];
  return run.rows == node.inputs[0].shape[0] && run.value_row == 0 && run.dy_row == 0;
}

// Nobody else adds to the cotangent of what they read, and nobody looks at what one of them adds.
// Each border stands behind the head before: its turn backward, with which the life of that
// cotangent begins, comes no later than that of the first node; and sums are taken in their order.
bool sums_cotangents(const PlanState& s, const AbreastNodes& group) {
  if (!s.tape.training() || s.options.lanes != LaneMode::one) return false;
  if (s.options.features || s.options.tangent) return false;
  for (std::size_t k = 0; k < group.nodes.size(); ++k) {
    const std::size_t n = group.nodes[k], border = group.borders[k];
    if (k > 0 && border < group.nodes[k - 1]) return false;
    if (!covers_all_rows(s.nodes[n]) || !covers_all_rows(s.nodes[border])) return false;
  }
  Readers readers;
  find_readers(s, group.value, readers);
  std::ranges::sort(readers.nodes);
  return !readers.watched && readers.nodes == group.nodes;
}

// Gradients of few numbers are formed while the rows that they need are at hand.
void prepare_gradients(PlanState& s, AbreastNodes& group) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 16U;
  std::size_t bytes = 0;
  for (const std::size_t n : group.nodes) bytes += formed_bytes(*s.nodes[n].op, 1);
  if (bytes > kMostBytes) return;
  Index scratch = 0;
  for (const NarrowOp* op : group.ops) scratch += op->matrix().outputs * op->matrix().inputs;
  group.gradients.resize(bytes / sizeof(real));
  group.scratch.resize(static_cast<std::size_t>(scratch * parallel::threads()));
  std::byte* place = reinterpret_cast<std::byte*>(group.gradients.data());
  for (const std::size_t n : group.nodes) {
    PreparedNode& node = s.nodes[n];
    node.formed = {place, formed_bytes(*node.op, 1)};
    node.lane_weights.resize(s.lane_count());
    place += node.formed.size();
  }
}

void prepare_group(PlanState& s, AbreastNodes& group) {
  s.nodes[group.nodes[0]].abreast = &group;
  group.forward.resize(group.nodes.size());
  const bool sums = sums_cotangents(s, group);
  if (sums) group.backward.resize(group.nodes.size());
  for (std::size_t k = 0; k < group.nodes.size(); ++k) {
    PreparedNode &node = s.nodes[group.nodes[k]], &border = s.nodes[group.borders[k]];
    if (k > 0) node.runs_forward = false;
    if (!sums) continue;
    group.lanes.push_back(border.border_lane);
    if (k > 0) node.runs_backward = false;
    border.runs_backward = false;
    border.border_lane = -1;
  }
  if (sums) prepare_gradients(s, group);
}

}  // namespace

void find_abreast(PlanState& s) {
  if (!precision::is_fp32()) return;
  std::map<std::tuple<int, int, Index>, AbreastNodes> groups;  // by value, stream and row length
  for (std::size_t n = 0; n < s.tape.nodes().size(); ++n) {
    const NarrowOp* const op = narrow_op(s.tape.nodes()[n]);
    const std::size_t border = op != nullptr ? border_of(s.tape, n) : kNone;
    if (border == kNone) continue;
    const Tape::Node& select = s.tape.nodes()[border];
    const int stream = s.tape.value(select.output).parts[0].stream;
    AbreastNodes& group = groups[{select.inputs[0].id, stream, op->matrix().inputs}];
    group.value = select.inputs[0];
    group.nodes.push_back(n);
    group.borders.push_back(border);
    group.ops.push_back(op);
  }
  for (auto& [place, group] : groups) {
    if (group.nodes.size() > 1) s.abreast.push_back(std::move(group));
  }
}

void prepare_abreast(PlanState& s) {
  for (AbreastNodes& group : s.abreast) prepare_group(s, group);
}

const AbreastNodes* abreast_with(const PlanState& s, std::size_t n) {
  const auto at = std::ranges::find_if(s.abreast, [&](const AbreastNodes& group) {
    return std::ranges::find(group.nodes, n) != group.nodes.end();
  });
  return at == s.abreast.end() ? nullptr : &*at;
}

void forward_abreast(const PlanState& s, AbreastNodes& group) {
  for (std::size_t k = 0; k < group.nodes.size(); ++k) {
    const PreparedNode& node = s.nodes[group.nodes[k]];
    group.forward[k] = {group.ops[k]->matrix(), node.forward.output.data,
                        node.forward_rectifies != nullptr};
  }
  const Tensor& x = s.nodes[group.nodes[0]].inputs[0];
  multiply_abreast(x.size() / group.forward[0].matrix.inputs, x.data, group.forward);
}

void backward_abreast(PlanState& s, AbreastNodes& group, std::span<const double> border) {
  for (std::size_t k = group.nodes.size(); k-- > 0;) {
    PreparedNode& node = s.nodes[group.nodes[k]];
    node.formed_now = !group.gradients.empty();
    group.backward[group.nodes.size() - 1 - k] = {
        group.ops[k]->matrix(), node.backward.dy.data,
        static_cast<real>(border_factor(s, group.lanes[k], border)),
        reinterpret_cast<real*>(node.formed.data())};
  }
  const Tensor& dx = s.cotangents[id(group.value)];
  const real* const x = s.nodes[group.nodes[0]].inputs[0].data;
  add_abreast(dx.size() / group.backward[0].matrix.inputs, group.backward, group.mask, dx.data,
              group.gradients.empty() ? nullptr : x, group.scratch);
}

}  // namespace espalier
