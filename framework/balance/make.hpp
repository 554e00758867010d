#pragma once

#include <memory>

#include "balance/balancer.hpp"

/// One maker for each method of this folder; `balancer_table` names them.
namespace espalier {

std::unique_ptr<Balancer> make_equal();
std::unique_ptr<Balancer> make_fixed();
std::unique_ptr<Balancer> make_scale_invariant();
std::unique_ptr<Balancer> make_uncertainty();
std::unique_ptr<Balancer> make_dwa();
std::unique_ptr<Balancer> make_rlw();
std::unique_ptr<Balancer> make_gls();
std::unique_ptr<Balancer> make_imtl_l();
std::unique_ptr<Balancer> make_stch();
std::unique_ptr<Balancer> make_famo();
std::unique_ptr<Balancer> make_pbi();
std::unique_ptr<Balancer> make_gradnorm();
std::unique_ptr<Balancer> make_mgda();
std::unique_ptr<Balancer> make_pcgrad();
std::unique_ptr<Balancer> make_gradvac();
std::unique_ptr<Balancer> make_cagrad();
std::unique_ptr<Balancer> make_nash();
std::unique_ptr<Balancer> make_fairgrad();
std::unique_ptr<Balancer> make_imtl_g();
std::unique_ptr<Balancer> make_imtl();
std::unique_ptr<Balancer> make_aligned();
std::unique_ptr<Balancer> make_upgrad();
std::unique_ptr<Balancer> make_dualproj();
std::unique_ptr<Balancer> make_config();
std::unique_ptr<Balancer> make_sdmgrad();
std::unique_ptr<Balancer> make_modo();
std::unique_ptr<Balancer> make_krum();
std::unique_ptr<Balancer> make_mgda_ub();
std::unique_ptr<Balancer> make_aligned_ub();
std::unique_ptr<Balancer> make_graddrop_features();
std::unique_ptr<Balancer> make_rotograd();
std::unique_ptr<Balancer> make_graddrop();
std::unique_ptr<Balancer> make_trimmed_mean();
std::unique_ptr<Balancer> make_moco();
std::unique_ptr<Balancer> make_db_mtl();
std::unique_ptr<Balancer> make_excess();
std::unique_ptr<Balancer> make_momentum_config();
std::unique_ptr<Balancer> make_auto_lambda();
std::unique_ptr<Balancer> make_moml();
std::unique_ptr<Balancer> make_forum();

}  // namespace espalier
