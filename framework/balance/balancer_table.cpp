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
      {"mgda", make_mgda},
      {"pcgrad", make_pcgrad},
      {"gradvac", make_gradvac},
      {"cagrad", make_cagrad},
      {"nash", make_nash},
      {"fairgrad", make_fairgrad},
      {"imtl_g", make_imtl_g},
      {"imtl", make_imtl},
      {"aligned", make_aligned},
      {"upgrad", make_upgrad},
      {"dualproj", make_dualproj},
      {"config", make_config},
      {"sdmgrad", make_sdmgrad},
      {"modo", make_modo},
      {"krum", make_krum},
      {"mgda_ub", make_mgda_ub},
      {"aligned_ub", make_aligned_ub},
      {"graddrop_features", make_graddrop_features},
      {"rotograd", make_rotograd},
      {"graddrop", make_graddrop},
      {"trimmed_mean", make_trimmed_mean},
      {"moco", make_moco},
      {"db_mtl", make_db_mtl},
      {"excess", make_excess},
      {"momentum_config", make_momentum_config},
      {"auto_lambda", make_auto_lambda},
      {"moml", make_moml},
      {"forum", make_forum},
  };
  return kTable;
}

}  // namespace espalier
