#pragma once

#include <string>
#include <vector>

#include "autograd/gram.hpp"
#include "autograd/motion.hpp"
#include "autograd/ops/narrow.hpp"
#include "autograd/ops/rectifier.hpp"
#include "autograd/plan.hpp"
#include "autograd/sink_penalty.hpp"
#include "autograd/waves.hpp"
#include "core/arena.hpp"
#include "core/where.hpp"
#include "espalier/tangent.hpp"

namespace espalier {

/// Rows of an op's output whose (folded) cotangent rows are contiguous, with the view of every
/// tensor over them.
struct GradientRegion {
  Index row = 0;                ///< first row of dy
  Index first_row = 0;          ///< first row of the output
  std::vector<Part> all_parts;  ///< its streams, counted from `first_row`
  // What follows looks at those of its streams that carry weight: see view_region.
  std::vector<Tensor> inputs;
  std::vector<IndexTensor> indices;
  std::vector<Part> parts;
  GradientContext context;
};

/// Rows of a cotangent that carry a loss.
struct LossRows {
  int loss = 0;
  Index row = 0;
  Index rows = 0;
};

/// Narrow ops at the beginning of several heads that read the same rows of the trunk: the first
/// node does the work of all.
struct AbreastNodes {
  Var value;                         ///< what they read
  std::vector<std::size_t> nodes;    ///< in order
  std::vector<std::size_t> borders;  ///< of each: the select it reads from
  std::vector<const NarrowOp*> ops;  ///< of each
  std::vector<ForwardAbreast> forward;
  std::vector<BackwardAbreast> backward;  ///< last node first; empty: each goes back by itself
  std::vector<int> lanes;                 ///< with `backward`, of each: whose border factor applies
  const real* mask = nullptr;             ///< with `backward`: that of the relu which made `value`
  std::vector<real> gradients;  ///< with `backward`, of each: formed with it; empty: at the update
  std::vector<real> scratch;    ///< with `gradients`
};

/// One node, ready to run: the contexts below point into the vectors above them, which never change
/// after building.
struct PreparedNode {
  const Op* op = nullptr;  ///< null: select
  where::Place place;
  std::vector<Tensor> inputs;
  std::vector<IndexTensor> indices;
  std::vector<Tensor> dx;
  std::vector<std::vector<Run>> runs;
  std::vector<std::span<const Run>> run_spans;
  std::vector<LaneRows> lanes;
  std::vector<LossRows> pulled;  ///< of a LossPull: whose weights its rows carry
  std::vector<GradientRegion> regions;
  std::vector<char> includes;  ///< per parameter: counted in this node's Gram
  std::vector<Sink> sinks;
  std::vector<double> gram;
  std::span<std::byte> formed;  ///< of gradients that `gram` or the heads beside it form; or empty
  std::vector<double> lane_weights;  ///< per lane of the plan, while `formed` holds the gradient
  bool forms_in_sweep = false;  ///< `gram` runs inside the sweep, so that dY need not outlive it
  bool formed_now = false;      ///< what is in `formed` is of this step
  bool use_formed = false;      ///< the gradient is made of `formed`, by lane_weights
  int block = -1;               ///< of the plan's Gram blocks

  OpContext forward;
  BackwardContext backward;
  GramContext gram_context;
  std::vector<NodeWave> waves;  ///< of a node that lanes pass in waves

  AbreastNodes* abreast = nullptr;  ///< it does the work of these

  /// It does the work of the relu that reads its output, or of the one that made its input.
  const RectifyingOp* forward_rectifies = nullptr;
  const RectifyingOp* backward_rectifies = nullptr;

  bool runs_forward = true;    ///< false: the output is a view, or a relu done by another op
  bool runs_backward = false;  ///< some input wants a gradient and does not share dy's memory
  bool shared = false;         ///< its parameters are the balancer's
  bool several_lanes = false;  ///< some rows carry several lanes: folding must add them
  int border_lane = -1;        ///< select: the loss index whose border factor applies
  int head_loss = -1;          ///< a task's own parameters in its head: the loss index of the task
  int head_lane = -1;          ///< shared parameters used in a head: the loss index of its task
  int inner_loss = -1;         ///< a task's own parameters inside the trunk, in one lane: its loss
  double sweep = 1.0;          ///< with inner_loss: undoes what its border did to the cotangent
  double factor = 1.0;         ///< of the sweep or set by weigh(): goes into the sink's alpha
};

/// A shared parameter whose tangent is formed.
struct FormedTangent {
  const Parameter* parameter = nullptr;
  Tensor place;
};

/// A node of the trunk as a tangent passes it.
struct PreparedTangent {
  const HasTangent* op = nullptr;  ///< null: the output is a view
  std::vector<Tensor> dx;
  std::vector<ConstTensor> moves;
  std::vector<std::vector<UnformedGradient>> unformed;
  std::vector<std::span<const UnformedGradient>> unformed_spans;
  TangentContext context;
  int loss = -1;  ///< of a border: whose derivative is read off here
};

/// One use of a parameter: the k-th parameter of a node.
struct ParameterUse {
  std::size_t node;
  std::size_t k;
};

struct ParameterUses {
  Parameter* parameter = nullptr;
  std::vector<ParameterUse> active;  ///< uses that a loss reaches
  std::vector<double> gram;          ///< shared and used several times: its own part of the Gram
  int block = -1;                    ///< of the plan's Gram blocks
  std::size_t offset = 0;            ///< shared: first number in a row of the Jacobian
  std::size_t offset_of_all = 0;     ///< first number in a direction of all parameters
};

/// Ops whose shared parameters are weighed together, because they share some.
struct GramBlock {
  std::string name;
  std::vector<double> gram;
};

/// A penalty with the memory of its gradients, made where they cannot go to the sinks at once.
struct PreparedPenalty {
  enum class Taken { no, to_memory, to_sinks };

  const Penalty* penalty = nullptr;
  const SinkPenalty* direct = nullptr;  ///< the same where it may write into sinks
  where::Place place;
  std::vector<real*> gradients;
  std::vector<Arena> memory;
  std::vector<Sink> sinks;
  Taken taken = Taken::no;  ///< in this step
  std::vector<char> due;    ///< per group, where taken to the sinks: it is not there yet
};

/// A group of a penalty's parameters whose gradients are still due.
struct DueGroup {
  PreparedPenalty* of = nullptr;  ///< null: none
  std::size_t group = 0;
};

/// Where a value's things stand in vectors of one for each value.
inline std::size_t id(Var v) { return static_cast<std::size_t>(v.id); }

struct PlanState {
  Tape tape;
  PlanOptions options;
  Reach reach;
  std::vector<PlannedBlock> blocks;
  std::vector<Tensor> values;                     ///< per value, real
  std::vector<std::span<std::int32_t>> integers;  ///< per value, index
  std::vector<Tensor> cotangents;                 ///< per value
  std::vector<real*> seeds;                       ///< per loss: its number in its cotangent
  std::vector<double> seed_weights;               ///< per loss: what the last sweep put there
  std::vector<PreparedNode> nodes;
  std::vector<AbreastNodes> abreast;
  Waves waves;
  Motion motion;                           ///< with PlanOptions::tangent, as all of the following
  std::vector<Tensor> tangents;            ///< per value
  std::vector<PreparedTangent> moved;      ///< per node
  std::vector<Tensor> parameter_tangents;  ///< per entry of `uses`; no data: stays, or unformed
  std::vector<FormedTangent> forms;
  Tensor zeros;                      ///< tangent of what stays
  const PlanState* along = nullptr;  ///< see Plan::follow
  std::vector<char> owns_inside;     ///< per loss: some node has it as its inner_loss
  std::vector<PreparedPenalty> penalties;
  std::vector<ParameterUses> uses;
  std::vector<GramBlock> gram_blocks;
  std::size_t shared_numbers = 0;
  std::span<const real> direction;      ///< of `direct`; empty after `weigh`
  std::span<const real> direction_all;  ///< of `direct_all`
  std::vector<Parameter*> parameters;
  std::span<std::byte> workspace;
  std::uint64_t forward_sweeps = 0;
  std::uint64_t backward_sweeps = 0;

  explicit PlanState(Tape recorded, const PlanOptions& chosen);

  /// Null where no op uses it.
  const ParameterUses* find(const Parameter& parameter) const;
  ParameterUses* find(const Parameter& parameter);
  std::size_t lane_count() const;
  /// Lane of the l-th loss.
  int lane_of(std::size_t l) const {
    return options.lanes == LaneMode::one ? 0 : static_cast<int>(l);
  }
};

/// Lets the region's views look at its streams [begin, end) alone.
void view_region(const PlanState& state, std::size_t node, GradientRegion& region,
                 std::size_t begin, std::size_t end);

/// Makes a plan of a state that has memory: all of the following.
void prepare(PlanState& state);
/// Builds the contexts of all nodes.
void prepare_nodes(PlanState& state);

/// Makes `state.moved`. REQUIRES prepare_nodes.
void prepare_tangents(PlanState& state);
/// The op of node n where a tangent passes it; null elsewhere.
const HasTangent* tangent_op(const PlanState& state, std::size_t n);
/// Whether every op that reads a shared parameter takes its tangent unformed.
bool stays_unformed(const PlanState& state, const Parameter& parameter);

/// Goes backward through the nodes that lanes pass in waves.
void backward_waves(PlanState& state, where::Sweep& sweep);
/// Rows that there is room for in the cotangent of `v`.
Index cotangent_rows(const PlanState& state, Var v);

/// Whether a node goes backward to all rows of its first input's cotangent in one stretch.
bool passes_at_once(const PreparedNode& node);

/// Makes `state.abreast` of the tape.
void find_abreast(PlanState& state);
/// Gives the work of the others to the first. REQUIRES prepare_nodes.
void prepare_abreast(PlanState& state);
/// The group that node n belongs to; null: none.
const AbreastNodes* abreast_with(const PlanState& state, std::size_t n);
void forward_abreast(const PlanState& state, AbreastNodes& group);
void backward_abreast(PlanState& state, AbreastNodes& group, std::span<const double> border);

/// By what a loss's border scales what enters the trunk: border[loss], where that is not 0.
double border_factor(const PlanState& state, int loss, std::span<const double> border);

/// Gives the work of relus to ops beside them. REQUIRES prepare_nodes.
void fuse_rectifiers(PlanState& state);

/// Makes `state.penalties`.
void prepare_penalties(PlanState& state);
/// A new update begins: no penalty's gradient is taken yet.
void penalties_are_due(PlanState& state);
/// Takes the gradients that are due: into the announced sinks, or into memory.
void take_penalties(PlanState& state, std::span<const ParameterSink> announced);
/// The group of `parameter` whose gradients must be in its sinks before it moves.
DueGroup due_group(PlanState& state, const Parameter& parameter);
/// Whether some penalty's gradient of `parameter` is in its sink already, or due there.
bool penalty_in_sink(const PlanState& state, const Parameter& parameter);
/// Whether some penalty's gradient of `parameter` is to be added from memory.
bool penalty_in_memory(const PlanState& state, const Parameter& parameter);

/// Bytes of formed gradients for parameters that several ops use (see Plan::gram).
std::size_t formed_workspace(const PlanState& state);
/// Bytes of the gradients that `op` forms of its own parameters, one for each of `lanes`.
std::size_t formed_bytes(const Op& op, Index lanes);
/// What node n's op sees of the plan; `infos` is the memory of its inputs.
Geometry geometry_of(const PlanState& state, std::size_t n, std::vector<ValueInfo>& infos);

}  // namespace espalier
