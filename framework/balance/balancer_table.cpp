#include "balance/make.hpp"

namespace espalier {

std::span<const BalancerEntry> balancer_table() {
  static constexpr BalancerEntry kTable[] = {
      {"equal", make_equal},
      {"fixed", make_fixed},
      {"scale_invariant", make_scale_invariant},
      {"uncertainty", make_uncertainty},
      {"dwa", make_dwa},
      {"rlw", make_rlw},
      {"gls", make_gls},
      {"imtl_l", make_imtl_l},
      {"stch", make_stch},
      {"famo", make_famo},
      {"pbi", make_pbi},
      {"gradnorm", make_gradnorm},
      {"pcgrad", make_pcgrad},
      {"graddrop", make_graddrop},
      {"trimmed_mean", make_trimmed_mean},
      {"moco", make_moco},
      {"db_mtl", make_db_mtl},
      {"excess", make_excess},
      {"momentum_config", make_momentum_config},
  };
  return kTable;
}

}  // namespace espalier
