#include "balance/make.hpp"

namespace espalier {

Balancer::~Balancer() = default;

std::span<const BalancerEntry> balancer_table() {
  static constexpr BalancerEntry kTable[] = {
      {"equal", "sum of the losses, w = 1", "Kurin et al. 2022", make_equal},
      {"pcgrad", "projects each task's gradient off those it conflicts with", "Yu et al. 2020",
       make_pcgrad},
  };
  return kTable;
}

}  // namespace espalier
