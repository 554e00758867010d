#pragma once

#include <memory>
#include <vector>

#include "espalier/penalty.hpp"

namespace espalier {

/// strength * sum over `weights` of sum_{g<h} ||W_g W_h'||^2, the rows of W (O, ...) split into
/// `groups` groups W_g of O / groups each (Ruder et al. 2019). REQUIRES: O divisible by `groups`.
ESPALIER_API std::unique_ptr<Penalty> make_orthogonality(const std::vector<Parameter*>& weights,
                                                         Index groups, double strength);

}  // namespace espalier
