#include "autograd/plan_prepare.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

// Index of the loss of `task`; -1 where it has none.
int loss_of_task(const PlanState& s, int task) {
  for (std::size_t l = 0; l < s.tape.losses().size(); ++l) {
    if (s.tape.losses()[l].task == task) return static_cast<int>(l);
  }
  return -1;
}

// An op's cotangent is folded once, with the weights of the trunk or with those of the heads.
void check_domains(const Op& op) {
  const auto owned = op.parameters();
  for (const Parameter* parameter : owned) {
    if (parameter->domain == owned[0]->domain) continue;
    throw ShapeError(
        text::cat("[", op.name(), "] expected parameters that are all shared or all a ",
                  "task's own, found '", owned[0]->name, "' and '", parameter->name, "'"));
  }
}

void append(std::vector<Run>& runs, const Run& run) {
  if (!runs.empty()) {
    Run& last = runs.back();
    if (last.accumulate == run.accumulate && last.value_row + last.rows == run.value_row &&
        last.dy_row + last.rows == run.dy_row && last.dx_row + last.rows == run.dx_row) {
      last.rows += run.rows;
      return;
    }
  }
  runs.push_back(run);
}

}  // namespace

std::vector<Run> make_runs(const Tape::Node& node, const std::vector<LaneBlock>& output, Var input,
                           const std::vector<LaneBlock>& to, Written& written) {
  std::vector<Run> runs;
  const bool reduce = node.op != nullptr && node.op->row_rule() == RowRule::reduce;
  for (const LaneBlock& from : output) {
    for (const LaneBlock& block : to) {
      if (block.lane != from.lane || block.stream != from.stream) continue;
      const bool first = written.insert({input.id, block.lane, block.stream}).second;
      const Run run{.rows = block.rows,
                    .value_row = reduce ? block.value_row : from.value_row,
                    .dy_row = from.row,
                    .dx_row = block.row,
                    .accumulate = !first};
      if (reduce) {
        runs.push_back(run);
      } else {
        append(runs, run);
      }
    }
  }
  return runs;
}

void prepare_forward(const PlanState& s, const Tape::Node& node, PreparedNode& p) {
  p.op = node.op.get();
  p.place = {.op = s.tape.value(node.output).name, .scope = node.scope, .object = p.op};
  for (const Var input : node.inputs) {
    const ValueInfo& info = s.tape.value(input).info;
    const bool is_real = info.dtype == Dtype::floating;
    p.inputs.push_back(is_real ? s.values[id(input)] : Tensor{});
    p.indices.push_back(is_real ? IndexTensor{}
                                : IndexTensor{s.integers[id(input)].data(), info.shape});
  }
  OpContext& c = p.forward;  // c.saved was set by the memory plan
  c.inputs = p.inputs;
  c.indices = p.indices;
  c.output = s.values[id(node.output)];
  c.parts = s.tape.value(node.inputs[0]).parts;
  c.workspace = s.workspace;
  c.training = s.tape.training();
  if (p.op != nullptr) {
    c.parameters = p.op->parameters();
    p.sinks.resize(c.parameters.size());
    p.shared = !c.parameters.empty() && c.parameters[0]->domain == Domain::shared;
    check_domains(*p.op);
    if (node.task >= 0) (p.shared ? p.head_lane : p.head_loss) = loss_of_task(s, node.task);
  }
}

void prepare_backward(const PlanState& s, std::size_t n, PreparedNode& p, Written& written) {
  const Tape::Node& node = s.tape.nodes()[n];
  BackwardContext& c = p.backward;
  static_cast<OpContext&>(c) = p.forward;
  c.dy = s.cotangents[id(node.output)];
  bool wanted = false;
  for (const Var input : node.inputs) {
    const Tensor& dx = s.cotangents[id(input)];
    p.dx.push_back(dx);
    const bool runs = dx.data != nullptr && n >= s.waves.nodes;  // else: see prepare_waves
    p.runs.push_back(runs ? make_runs(node, s.reach.blocks[id(node.output)], input,
                                      s.reach.blocks[id(input)], written)
                          : std::vector<Run>{});
    wanted |= dx.data != nullptr;
  }
  for (const std::vector<Run>& runs : p.runs) p.run_spans.emplace_back(runs);
  c.dx = p.dx;
  c.runs = p.run_spans;
  p.runs_backward = p.runs_backward && wanted;
  if (node.is_border() && wanted) {
    p.border_lane = std::max(0, loss_of_task(s, node.task));
  }
}

void prepare_seeds(PlanState& s, Written& written) {
  for (std::size_t l = 0; l < s.tape.losses().size(); ++l) {
    const std::size_t v = id(s.tape.losses()[l].value);
    s.seeds.push_back(nullptr);
    s.seed_weights.push_back(0.0);
    for (const LaneBlock& block : s.reach.blocks[v]) {
      if (block.lane != s.lane_of(l)) continue;
      s.seeds[l] = s.cotangents[v].data + block.row;
      written.insert({static_cast<int>(v), block.lane, block.stream});
    }
  }
}

}  // namespace espalier
