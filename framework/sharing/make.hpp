#pragma once

#include <memory>

#include "sharing/strategy.hpp"

/// One maker for each file of this folder; `sharing_table` names them.
namespace espalier {

std::unique_ptr<SharingStrategy> make_hard_sharing();

}  // namespace espalier
