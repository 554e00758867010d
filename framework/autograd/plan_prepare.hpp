#pragma once

#include <map>
#include <utility>

#include "autograd/plan_state.hpp"

namespace espalier {

/// Which (value, block) pairs have been written so far in the backward sweep: the first writer
/// overwrites, the others add, and nothing is zeroed.
using Written = std::map<std::pair<std::size_t, std::size_t>, bool>;

// The sweep: plan_prepare_sweep.cpp. Nodes are prepared in the order in which they will run.

/// Raises ShapeError where the op's parameters are partly shared.
void prepare_forward(const PlanState& s, const Tape::Node& node, PreparedNode& p);
/// The first writer of a loss's cotangent is its seed; ops that read the loss add to it.
void prepare_seeds(PlanState& s, Written& written);
void prepare_backward(const PlanState& s, const Tape::Node& node, PreparedNode& p,
                      Written& written);

// The gradient of a node's parameters: plan_prepare_regions.cpp and plan_prepare_gram.cpp.

/// After folding, the rows that some lane reaches are packed from row 0 of the cotangent.
void make_regions(const PlanState& s, std::size_t n, PreparedNode& p);
void prepare_gram(PlanState& s, const Tape::Node& node, PreparedNode& p);
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
