#pragma once

#include <set>
#include <tuple>
#include <vector>

#include "autograd/plan_state.hpp"

namespace espalier {

/// Of which value, lane and stream the cotangent's rows have been written so far in the backward
/// sweep: the first writer overwrites, the others add, and nothing is zeroed.
using Written = std::set<std::tuple<int, int, int>>;

// The sweep: plan_prepare_sweep.cpp. Nodes are prepared in the order in which they will run.

/// Raises ShapeError where the op's parameters are partly shared.
void prepare_forward(const PlanState& s, const Tape::Node& node, PreparedNode& p);
/// The first writer of a loss's cotangent is its seed; ops that read the loss add to it.
void prepare_seeds(PlanState& s, Written& written);
void prepare_backward(const PlanState& s, std::size_t n, PreparedNode& p, Written& written);
/// From the rows of a node's output to those of one of its inputs, which are then written.
std::vector<Run> make_runs(const Tape::Node& node, const std::vector<LaneBlock>& output, Var input,
                           const std::vector<LaneBlock>& to, Written& written);

// Lanes that go down in waves: plan_waves.cpp. REQUIRES prepare_backward, prepare_gram.

void prepare_waves(const PlanState& s, std::size_t n, PreparedNode& p, Written& written);

// The gradient of a node's parameters: plan_prepare_regions.cpp and plan_prepare_gram.cpp.

/// After folding, the rows that some lane reaches are packed from row 0 of the cotangent.
void make_regions(const PlanState& s, std::size_t n, PreparedNode& p);
void prepare_gram(PlanState& s, const Tape::Node& node, PreparedNode& p);
std::vector<LaneRows> lanes_of(const std::vector<LaneBlock>& blocks);
/// Ops that share a parameter are one block: a parameter has one gradient, hence one set of
/// weights.
void make_gram_blocks(PlanState& s);

// Whose loss it is that a node serves: plan_prepare_losses.cpp.

/// In one lane, what enters the trunk carries the trunk's weights, and so does what reaches a
/// task's own parameters inside it (a private stage, a gate): there the heads' weights must take
/// their place. Such a parameter is reached by one task's loss alone; raises ShapeError otherwise.
void find_owners(PlanState& s);
/// Which losses each row of the cotangent of a LossPull carries.
void find_pulls(PlanState& s);

}  // namespace espalier
