#include "testing/sharing/checks.hpp"

namespace espalier::testing {

Answer check_inputs(const SharingSubject& subject) {
  ParameterStore store(5);
  const auto sharing = subject.make();
  TrunkBench common(subject, *sharing, store, {.training = false});
  TrunkBench own(subject, *sharing, store, {.own_inputs = true, .training = false});
  common.loss();
  own.loss();
  for (std::size_t t = 0; t < 3; ++t) {
    const std::string difference = features_differ(common.features(t), own.features(t));
    if (difference.empty()) continue;
    return failed(
        "expected the same features from common inputs and from equal ones of each task's "
        "own, found ",
        difference);
  }
  return passed();
}

}  // namespace espalier::testing
