#include "sharing/gates.hpp"

#include <bit>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "espalier/layers.hpp"

namespace espalier {

namespace {

// Start of the paper's code: logits of the bits near zero, inside the smooth part.
Var bits(const Net& net, Var x, Index count, double gamma) {
  const Index features = net.tape().shape(x)[-1];
  Parameter& weight =
      net.parameter("weight", {count, features}, {Initializer::Kind::uniform, 0.05});
  Parameter& bias = net.parameter("bias", {count}, {Initializer::Kind::uniform, gamma / 100.0});
  return smooth_step(net, linear(net.tape(), x, weight, &bias), gamma);
}

Var select_experts(const Net& net, Var x, Index experts, const ExpertsOptions& o) {
  const auto count = static_cast<std::uint64_t>(experts);
  if (!std::has_single_bit(count)) {
    throw ShapeError(text::cat("[dselect] expected experts that are a power of two, found ",
                               experts, "; nearest: ", std::bit_ceil(count)));
  }
  const auto width = static_cast<Index>(std::bit_width(count)) - 1;
  if (width == 0) return softmax(net, linear(net, "mix", x, {.units = 1}));
  std::vector<Var> selectors;
  for (Index s = 0; s < o.k; ++s) {
    const Var p = bit_products(net, bits(net.scope(text::cat("selector", s)), x, width, o.gamma));
    selectors.push_back(entropy_pull(net, p, o.entropy));
  }
  return weighted_sum(net, softmax(net, linear(net, "mix", x, {.units = o.k})), selectors);
}

}  // namespace

Var record_gate(const Net& net, Var x, Index experts, const ExpertsOptions& o) {
  const Var flat = net.tape().shape(x).rank() > 2 ? flatten(net, x) : x;
  if (o.gate == "dselect") return select_experts(net, flat, experts, o);
  const Var logits = linear(net, "linear", flat, {.units = experts});
  if (o.gate == "softmax" || o.k >= experts) return softmax(net, logits);
  return top_k_softmax(net, logits, o.k);
}

}  // namespace espalier
