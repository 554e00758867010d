#pragma once

#include "sharing/experts.hpp"

namespace espalier {

/// The options of gates. REQUIRES: the numbers of experts were listed before; options that the gate
/// has no use for are refused, since they would be taken for some that had no effect.
void list_gate(Fields& fields, ExpertsOptions& options);

/// Weights (N, experts) of a gate that reads x (N, ...):
///   softmax  softmax(W x + b)
///   top_k    the same over the k largest logits, zero elsewhere (Shazeer et al., ICLR 2017; no
///            noise)
///   dselect  DSelect-k (Hazimeh et al., NeurIPS 2021): k selectors, each choosing an expert by the
///            bits of its number, S_gamma(V x + c) of them; mixed by softmax(W x + b). Their
///            entropy (times `entropy`) joins the loss. The number of experts must be a power of
///            two, 2 or more.
/// REQUIRES: top_k: k < experts.
Var record_gate(const Net& net, Var x, Index experts, const ExpertsOptions& options);

}  // namespace espalier
