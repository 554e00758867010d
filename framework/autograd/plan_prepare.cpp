#include "autograd/plan_prepare.hpp"

namespace espalier {

namespace {

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

}  // namespace

void prepare_nodes(PlanState& s) {
  const auto& nodes = s.tape.nodes();
  for (std::size_t n = 0; n < nodes.size(); ++n) prepare_forward(s, nodes[n], s.nodes[n]);
  if (!s.tape.training()) return;
  Written written;
  prepare_seeds(s, written);
  for (std::size_t n = nodes.size(); n-- > 0;) {
    if (s.reach.active[n] == 0) continue;
    prepare_backward(s, n, s.nodes[n], written);
    if (!s.nodes[n].forward.parameters.empty()) {
      make_regions(s, n, s.nodes[n]);
      prepare_gram(s, nodes[n], s.nodes[n]);
    }
    if (n < s.waves.nodes) prepare_waves(s, n, s.nodes[n], written);
  }
  if (s.options.gram) make_gram_blocks(s);
  find_owners(s);
  find_pulls(s);
  prepare_penalties(s);
  number_parameters(s);
}

}  // namespace espalier
