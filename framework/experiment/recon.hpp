#pragma once

#include <string>

#include "experiment/config_node.hpp"

namespace espalier {

/// Recon (Shi et al., ICLR 2023, "Recon: Reducing Conflicting Gradients from the Root for
/// Multi-Task Learning"): of a joint run, the layers whose task gradients conflicted most often
/// become each task's own, and the model is trained anew.
struct ReconAnswer {
  ConfigNode experiment;            ///< the run's resolved experiment with these layers private
  std::vector<std::string> layers;  ///< most conflicting first, "trunk/dense/0 (0.41)"
};

/// `folder` is a finished run of `sharing: hard` whose metrics hold gradients by layer (methods
/// that form the Gram matrix, or diagnostics.every). The score of a layer is the number of (step,
/// pair of tasks) in conflict; what counts as conflict was the run's `diagnostics.below`. A stage
/// that is cut keeps its name in the first part; the others get free ones, and a copy of its
/// optimizer group. Throws ConfigError, DataError.
ESPALIER_API ReconAnswer recon(const std::string& folder, std::size_t layers);

}  // namespace espalier
