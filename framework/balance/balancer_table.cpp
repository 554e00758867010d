#include "balance/make.hpp"

namespace espalier {

std::span<const BalancerEntry> balancer_table() {
  static constexpr BalancerEntry kTable[] = {
      {"equal", make_equal},
      {"pcgrad", make_pcgrad},
  };
  return kTable;
}

}  // namespace espalier
