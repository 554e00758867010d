#include "sharing/gates.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "espalier/layers.hpp"

namespace espalier {

namespace {

void refuse_unused(Fields& f, const ExpertsOptions& o) {
  const ExpertsOptions unset{};
  const Index experts = o.shared + o.own;
  const auto refuse = [&](const char* field, const char* gates, const std::string& found) {
    f.refuse(field, text::cat("expected ", field, " only with gate: ", gates, ", found ", found,
                              " with ", o.gate));
  };
  if (o.gate == "softmax" && o.k != unset.k) refuse("k", "top_k or dselect", text::cat(o.k));
  if (o.gate != "dselect" && o.gamma != unset.gamma) {
    refuse("gamma", "dselect", text::number(o.gamma));
  }
  if (o.gate != "dselect" && o.entropy != unset.entropy) {
    refuse("entropy", "dselect", text::number(o.entropy));
  }
  if (o.gate == "top_k" && experts > 0 && o.k >= experts) {
    const std::string less = experts > 1 ? text::cat("k: ", experts - 1) : "gate: softmax";
    f.refuse("k", text::cat("expected fewer than the ", experts,
                            " experts that a gate weighs with gate: top_k, found ", o.k,
                            "; nearest: ", less));
  }
  if (o.gate == "dselect" && experts == 1) {
    f.refuse("gate",
             "expected two experts or more to select from with gate: dselect, found 1; nearest: "
             "gate: softmax");
  }
}

// W x + c; every number of W and c starts in U(-bound, bound).
Var drawn(const Net& net, Var x, Index units, double bound) {
  const Initializer start{Initializer::Kind::uniform, bound};
  const Index features = net.tape().shape(x)[-1];
  Parameter& weight = net.parameter("weight", {units, features}, start);
  Parameter& bias = net.parameter("bias", {units}, start);
  return linear(net.tape(), x, weight, &bias);
}

// Start of the paper's code: all that a bit is made of is U(-gamma / 100, gamma / 100), all that
// mixes the selectors U(-0.05, 0.05). A bit then starts near 1/2, inside the smooth part: outside
// of it (|t| > gamma / 2) its gradient is zero, and the selector would never move.
constexpr double kMixBound = 0.05;

Var bits(const Net& net, Var x, Index count, double gamma) {
  return smooth_step(net, drawn(net, x, count, gamma / 100.0), gamma);
}

Var select_experts(const Net& net, Var x, Index experts, const ExpertsOptions& o) {
  const auto count = static_cast<std::uint64_t>(experts);
  if (count < 2 || !std::has_single_bit(count)) {
    throw ShapeError(text::cat("[dselect] expected experts that are a power of two, found ",
                               experts,
                               "; nearest: ", std::bit_ceil(std::max<std::uint64_t>(count, 2))));
  }
  const auto width = static_cast<Index>(std::bit_width(count)) - 1;
  std::vector<Var> selectors;
  for (Index s = 0; s < o.k; ++s) {
    const Var p = bit_products(net, bits(net.scope(text::cat("selector", s)), x, width, o.gamma));
    selectors.push_back(entropy_pull(net, p, o.entropy));
  }
  const Var weights = softmax(net, drawn(net.scope("mix"), x, o.k, kMixBound));
  return weighted_sum(net, weights, selectors);
}

}  // namespace

void list_gate(Fields& f, ExpertsOptions& o) {
  static constexpr std::array<std::string_view, 3> kGates = {"softmax", "top_k", "dselect"};
  f.word({"gate", "softmax, top_k (a softmax over the k largest) or dselect (DSelect-k)"}, o.gate,
         kGates);
  f.integer({"k", "top_k: experts in use; dselect: selectors"}, o.k, {.at_least = 1});
  f.number({"gamma", "dselect: width of the smooth step"}, o.gamma, {.at_least = 0, .above = true});
  f.number({"entropy", "dselect: factor of the selectors' entropy, which joins the task's loss"},
           o.entropy, {.at_least = 0});
  refuse_unused(f, o);
}

Var record_gate(const Net& net, Var x, Index experts, const ExpertsOptions& o) {
  const Var flat = net.tape().shape(x).rank() > 2 ? flatten(net, x) : x;
  if (o.gate == "dselect") return select_experts(net, flat, experts, o);
  const Var logits = linear(net, "linear", flat, {.units = experts});
  if (o.gate == "softmax") return softmax(net, logits);
  return top_k_softmax(net, logits, o.k);
}

}  // namespace espalier
