#include <algorithm>
#include <map>
#include <numeric>

#include "autograd/loss_pull.hpp"
#include "autograd/plan_state.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

std::size_t id(Var v) { return static_cast<std::size_t>(v.id); }

/// Which (value, block) pairs have been written so far in the backward sweep: the first writer
/// overwrites, the others add, and nothing is zeroed.
using Written = std::map<std::pair<std::size_t, std::size_t>, bool>;

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

std::vector<Run> make_runs(const PlanState& s, const Tape::Node& node, Var input,
                           Written& written) {
  std::vector<Run> runs;
  const auto& to = s.reach.blocks[id(input)];
  const bool reduce = node.op != nullptr && node.op->row_rule() == RowRule::reduce;
  for (const LaneBlock& from : s.reach.blocks[id(node.output)]) {
    for (std::size_t b = 0; b < to.size(); ++b) {
      if (to[b].lane != from.lane || to[b].stream != from.stream) continue;
      bool& seen = written[{id(input), b}];
      const Run run{.rows = to[b].rows,
                    .value_row = reduce ? to[b].value_row : from.value_row,
                    .dy_row = from.row,
                    .dx_row = to[b].row,
                    .accumulate = seen};
      if (reduce) {
        runs.push_back(run);
      } else {
        append(runs, run);
      }
      seen = true;
    }
  }
  return runs;
}

// After folding, the rows that some lane reaches are packed from row 0 of the cotangent.
void make_regions(const PlanState& s, std::size_t n, PreparedNode& p) {
  Index row = 0, rows = 0;  // of the region under way
  const auto& blocks = s.reach.blocks[id(s.tape.nodes()[n].output)];
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    if (b > 0 && blocks[b].value_row == blocks[b - 1].value_row) {
      p.several_lanes = true;
      continue;
    }
    if (p.regions.empty() || p.regions.back().first_row + rows != blocks[b].value_row) {
      p.regions.emplace_back();
      p.regions.back().row = row;
      p.regions.back().first_row = blocks[b].value_row;
      rows = 0;
    }
    p.regions.back().all_parts.push_back({blocks[b].stream, rows, blocks[b].rows});
    rows += blocks[b].rows;
    row += blocks[b].rows;
  }
  for (GradientRegion& region : p.regions) {
    region.inputs.resize(p.inputs.size());
    region.indices.resize(p.inputs.size());
    static_cast<OpContext&>(region.context) = p.forward;
    region.context.inputs = region.inputs;
    region.context.indices = region.indices;
    region.context.sinks = p.sinks;
    view_region(s, n, region, 0, region.all_parts.size());
  }
}

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

void prepare_backward(const PlanState& s, const Tape::Node& node, PreparedNode& p,
                      Written& written) {
  BackwardContext& c = p.backward;
  static_cast<OpContext&>(c) = p.forward;
  c.dy = s.cotangents[id(node.output)];
  bool wanted = false;
  for (const Var input : node.inputs) {
    const Tensor& dx = s.cotangents[id(input)];
    p.dx.push_back(dx);
    p.runs.push_back(dx.data != nullptr ? make_runs(s, node, input, written) : std::vector<Run>{});
    wanted |= dx.data != nullptr;
  }
  for (const std::vector<Run>& runs : p.runs) p.run_spans.emplace_back(runs);
  c.dx = p.dx;
  c.runs = p.run_spans;
  p.runs_backward = p.runs_backward && wanted;
  if (node.op == nullptr && node.task >= 0 && wanted) {
    p.border_lane = std::max(0, loss_of_task(s, node.task));
  }
}

void prepare_gram(PlanState& s, const Tape::Node& node, PreparedNode& p) {
  for (const LaneBlock& b : s.reach.blocks[id(node.output)]) {
    p.lanes.push_back({b.lane, b.stream, b.rows, b.value_row, b.row});
  }
  bool any = false;
  for (Parameter* parameter : p.forward.parameters) {
    const bool counts = p.shared && s.find(*parameter)->active.size() == 1;
    p.includes.push_back(counts ? 1 : 0);
    any |= counts;
  }
  if (!any || !s.options.gram) return;
  p.gram.resize(s.lane_count() * s.lane_count());
  GramContext& c = p.gram_context;
  static_cast<OpContext&>(c) = p.forward;
  c.dy = s.cotangents[id(node.output)];
  c.lanes = p.lanes;
  c.includes = p.includes;
  c.matrix = p.gram;
  c.stride = static_cast<Index>(s.lane_count());
  c.formed = p.formed;
  c.across = s.options.across;
}

// Ops that share a parameter are one block: a parameter has one gradient, hence one set of weights.
void make_gram_blocks(PlanState& s) {
  std::vector<std::size_t> root(s.nodes.size());
  std::iota(root.begin(), root.end(), std::size_t{0});
  const auto find = [&](std::size_t n) {
    while (root[n] != n) n = root[n];
    return n;
  };
  for (const ParameterUses& use : s.uses) {
    if (use.gram.empty()) continue;
    for (const ParameterUse& other : use.active) {
      const std::size_t a = find(use.active[0].node), b = find(other.node);
      root[std::max(a, b)] = std::min(a, b);
    }
  }
  for (std::size_t n = 0; n < s.nodes.size(); ++n) {
    PreparedNode& node = s.nodes[n];
    if (!node.shared || s.reach.active[n] == 0) continue;
    PreparedNode& first = s.nodes[find(n)];
    if (first.block < 0) {
      first.block = static_cast<int>(s.gram_blocks.size());
      s.gram_blocks.push_back({node.forward.parameters[0]->name, {}});
      s.gram_blocks.back().gram.resize(s.lane_count() * s.lane_count());
    }
    node.block = first.block;
  }
  for (ParameterUses& use : s.uses) {
    if (!use.gram.empty()) use.block = s.nodes[use.active[0].node].block;
  }
}

// In one lane, what enters the trunk carries the trunk's weights, and so does what reaches a task's
// own parameters inside it (a private stage, a gate): there the heads' weights must take their
// place. Such a parameter is reached by one task's loss alone.
void find_owners(PlanState& s) {
  s.owns_inside.assign(s.tape.losses().size(), 0);
  const auto inside = [&](std::size_t n) {
    const PreparedNode& p = s.nodes[n];
    return s.reach.active[n] != 0 && s.tape.nodes()[n].task < 0 && !p.forward.parameters.empty() &&
           !p.shared;
  };
  bool any = false;
  for (std::size_t n = 0; n < s.nodes.size(); ++n) any |= inside(n);
  if (!any) return;
  const Reach reach = find_reach(s.tape, LaneMode::per_task);
  for (std::size_t n = 0; n < s.nodes.size(); ++n) {
    if (!inside(n)) continue;
    const auto& blocks = reach.blocks[id(s.tape.nodes()[n].output)];
    const int lane = blocks.front().lane;
    for (const LaneBlock& block : blocks) {
      const int task = s.tape.losses()[static_cast<std::size_t>(block.lane)].task;
      const int first = s.tape.losses()[static_cast<std::size_t>(lane)].task;
      if (task == first || s.options.lanes == LaneMode::per_task) continue;
      throw ShapeError(text::cat("[", s.nodes[n].op->name(), "] expected a task's own parameter '",
                                 s.nodes[n].forward.parameters[0]->name,
                                 "' to serve one loss, found those of tasks ", first, " and ",
                                 task));
    }
    if (s.options.lanes == LaneMode::per_task) continue;
    s.nodes[n].inner_loss = lane;
    s.owns_inside[static_cast<std::size_t>(lane)] = 1;
  }
}

// Which losses each row of the cotangent of a LossPull carries.
void find_pulls(PlanState& s) {
  const auto pulls = [&](std::size_t n) {
    return s.reach.active[n] != 0 && dynamic_cast<const LossPull*>(s.nodes[n].op) != nullptr;
  };
  bool any = false;
  for (std::size_t n = 0; n < s.nodes.size(); ++n) any |= pulls(n);
  if (!any) return;
  const Reach reach = find_reach(s.tape, LaneMode::per_task);
  for (std::size_t n = 0; n < s.nodes.size(); ++n) {
    if (!pulls(n)) continue;
    const std::size_t v = id(s.tape.nodes()[n].output);
    for (const LaneBlock& loss : reach.blocks[v]) {
      for (const LaneBlock& to : s.reach.blocks[v]) {
        const bool here = to.lane == s.lane_of(static_cast<std::size_t>(loss.lane));
        if (here && to.stream == loss.stream) {
          s.nodes[n].pulled.push_back({loss.lane, to.row, to.rows});
        }
      }
    }
  }
}

void number_parameters(PlanState& s) {
  std::size_t all = 0;
  for (ParameterUses& use : s.uses) {
    use.offset_of_all = all;
    all += static_cast<std::size_t>(use.parameter->value.size());
    if (use.active.empty() || use.parameter->domain != Domain::shared) continue;
    use.offset = s.shared_numbers;
    s.shared_numbers += static_cast<std::size_t>(use.parameter->value.size());
  }
}

// The first writer of a loss's cotangent is its seed; ops that read the loss add to it.
void prepare_seeds(PlanState& s, Written& written) {
  for (std::size_t l = 0; l < s.tape.losses().size(); ++l) {
    const std::size_t v = id(s.tape.losses()[l].value);
    s.seeds.push_back(nullptr);
    s.seed_weights.push_back(0.0);
    for (std::size_t b = 0; b < s.reach.blocks[v].size(); ++b) {
      const LaneBlock& block = s.reach.blocks[v][b];
      if (block.lane != s.lane_of(l)) continue;
      s.seeds[l] = s.cotangents[v].data + block.row;
      written[{v, b}] = true;
    }
  }
}

}  // namespace

void view_region(const PlanState& s, std::size_t n, GradientRegion& region, std::size_t begin,
                 std::size_t end) {
  const PreparedNode& p = s.nodes[n];
  const Index skipped = region.all_parts[begin].first;
  const Part& last = region.all_parts[end - 1];
  const Index first = region.first_row + skipped, rows = last.first + last.rows - skipped;
  region.parts.assign(region.all_parts.begin() + static_cast<std::ptrdiff_t>(begin),
                      region.all_parts.begin() + static_cast<std::ptrdiff_t>(end));
  for (Part& part : region.parts) part.first -= skipped;
  for (std::size_t k = 0; k < p.inputs.size(); ++k) {
    const bool is_real = p.inputs[k].data != nullptr;
    region.inputs[k] = is_real ? p.inputs[k].rows(first, rows) : Tensor{};
    region.indices[k] = is_real ? IndexTensor{} : p.indices[k].rows(first, rows);
  }
  GradientContext& c = region.context;
  c.first_row = first;
  c.rows = rows;
  c.parts = region.parts;
  c.output = p.forward.output.rows(first, rows);
  c.dy = ConstTensor(s.cotangents[id(s.tape.nodes()[n].output)]).rows(region.row + skipped, rows);
}

void prepare_nodes(PlanState& s) {
  const auto& nodes = s.tape.nodes();
  for (std::size_t n = 0; n < nodes.size(); ++n) prepare_forward(s, nodes[n], s.nodes[n]);
  if (!s.tape.training()) return;
  Written written;
  prepare_seeds(s, written);
  for (std::size_t n = nodes.size(); n-- > 0;) {
    if (s.reach.active[n] == 0) continue;
    prepare_backward(s, nodes[n], s.nodes[n], written);
    if (s.nodes[n].forward.parameters.empty()) continue;
    make_regions(s, n, s.nodes[n]);
    prepare_gram(s, nodes[n], s.nodes[n]);
  }
  if (s.options.gram) make_gram_blocks(s);
  find_owners(s);
  find_pulls(s);
  prepare_penalties(s);
  number_parameters(s);
}

}  // namespace espalier
