#pragma once

#include <memory>

#include "sharing/strategy.hpp"

/// One maker for each file of this folder; the tables (stage_sharing_table.cpp, sharing_table.cpp)
/// name them.
namespace espalier {

// ways to share one stage
std::unique_ptr<StageSharing> make_adapter_stage();
std::unique_ptr<StageSharing> make_attention_stage();
std::unique_ptr<StageSharing> make_branch_stage();
std::unique_ptr<StageSharing> make_experts_stage();
std::unique_ptr<StageSharing> make_nddr_stage();
std::unique_ptr<StageSharing> make_private_stage();
std::unique_ptr<StageSharing> make_shared_stage();
std::unique_ptr<StageSharing> make_sluice_stage();
std::unique_ptr<StageSharing> make_soft_stage();
std::unique_ptr<StageSharing> make_stitch_stage();

// strategies for a whole trunk
std::unique_ptr<SharingStrategy> make_adapters();
std::unique_ptr<SharingStrategy> make_cgc();
std::unique_ptr<SharingStrategy> make_cross_stitch();
std::unique_ptr<SharingStrategy> make_dselect_k();
std::unique_ptr<SharingStrategy> make_hard_sharing();
std::unique_ptr<SharingStrategy> make_learn_to_branch();
std::unique_ptr<SharingStrategy> make_mmoe();
std::unique_ptr<SharingStrategy> make_mtan();
std::unique_ptr<SharingStrategy> make_nddr();
std::unique_ptr<SharingStrategy> make_no_sharing();
std::unique_ptr<SharingStrategy> make_ple();
std::unique_ptr<SharingStrategy> make_sluice();
std::unique_ptr<SharingStrategy> make_soft();

}  // namespace espalier
