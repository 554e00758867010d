#include "balance/balancer.hpp"
#include "core/text.hpp"

namespace espalier {

namespace {

std::string wants(const Needs& n) {
  std::vector<std::string> all;
  if (n.losses) all.emplace_back("the losses");
  if (n.losses_after_update) all.emplace_back("the same batch's losses after the update");
  if (n.gram && n.features) {
    all.emplace_back("inner products of the tasks' gradients at the trunk's output");
  } else if (n.gram) {
    all.emplace_back("inner products of the tasks' gradients (Gram matrix)");
  } else if (n.features) {
    all.emplace_back("the tasks' gradients at the trunk's output");
  }
  if (n.cross_gram) all.emplace_back("inner products of gradients of two further batches");
  if (n.cross_product) {
    all.emplace_back("a further batch's losses' derivatives along another one's gradient");
  }
  if (n.jacobian) all.emplace_back("each task's gradient, element by element");
  if (n.validation) all.emplace_back("validation batches");
  return all.empty() ? "nothing" : text::join(all, "; ");
}

std::string cost(const Needs& n) {
  if (n.validation) return "several forward and backward passes a step";
  if (n.cross_product) {
    return text::cat(
        n.batches,
        " batches a step: one forward pass over all, one backward pass over two of them and over "
        "the second's heads, whose trunk is differentiated forward, once for all tasks; where "
        "tasks have inputs of their own, one forward and one backward pass over all");
  }
  if (n.batches > 1) {
    return text::cat(n.batches,
                     " batches a step: one forward and one backward pass over all, in T "
                     "lanes over those that decide the weights");
  }
  if (n.jacobian) {
    return "one forward and one backward pass; T gradients of the trunk's size are formed and kept";
  }
  if (n.features) return "one forward and one backward pass";
  if (n.losses_after_update) return "two forward passes and one backward pass";
  if (n.gram) {
    return "one forward pass, one backward pass in T lanes (the price of one where tasks have "
           "inputs of their own), no gradient of a task formed";
  }
  return "one forward and one backward pass";
}

}  // namespace

std::string describe_needs(const Needs& needs) {
  return text::cat("needs: ", wants(needs), "\ncosts: ", cost(needs));
}

}  // namespace espalier
