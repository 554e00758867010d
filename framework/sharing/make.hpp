#pragma once

#include <memory>

#include "sharing/strategy.hpp"

/// One maker for each file of this folder; the tables (stage_sharing_table.cpp, sharing_table.cpp)
/// name them.
namespace espalier {

// ways to share one stage
std::unique_ptr<StageSharing> make_private_stage();
std::unique_ptr<StageSharing> make_shared_stage();

// strategies for a whole trunk
std::unique_ptr<SharingStrategy> make_hard_sharing();
std::unique_ptr<SharingStrategy> make_no_sharing();

}  // namespace espalier
