#pragma once

#include "espalier/balancer.hpp"

namespace espalier {

/// What needs() asks for and what it costs, a line each.
ESPALIER_API std::string describe_needs(const Needs& needs);

struct BalancerEntry {
  std::string_view name;
  std::unique_ptr<Balancer> (*make)();
};

ESPALIER_API std::span<const BalancerEntry> balancer_table();

}  // namespace espalier
