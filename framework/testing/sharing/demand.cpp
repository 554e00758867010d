#include "testing/sharing/checks.hpp"

namespace espalier::testing {

Answer check_demand(const SharingSubject& subject) {
  for (const bool own : {false, true}) {
    ParameterStore store(5);
    const auto sharing = subject.make();
    TrunkBench all(subject, *sharing, store, {.own_inputs = own, .training = false});
    all.loss();
    for (int t = 0; t < 3; ++t) {
      TrunkBench one(subject, *sharing, store,
                     {.own_inputs = own, .training = false, .asked = {t}});
      one.loss();
      const std::string difference =
          features_differ(all.features(static_cast<std::size_t>(t)), one.features(0));
      if (difference.empty()) continue;
      return failed(
          "expected a task that is asked for alone to have the features that it has "
          "among all, found ",
          difference, ": see StageSharing::demand");
    }
  }
  return passed();
}

}  // namespace espalier::testing
