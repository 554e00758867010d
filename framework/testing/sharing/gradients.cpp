#include "testing/differences.hpp"
#include "testing/sharing/checks.hpp"

namespace espalier::testing {

Answer check_sharing_gradients(const SharingSubject& subject) {
  if (!kDouble) return skipped("differences need the test in double precision");
  for (const bool own : {false, true}) {
    ParameterStore store(5);
    const auto sharing = subject.make();
    TrunkBench bench(subject, *sharing, store, {.own_inputs = own});
    for (Parameter& parameter : store.parameters()) {
      const std::vector<real> gradient = bench.gradient(parameter);
      const auto wrong =
          compare_with_differences(parameter.value, gradient, [&] { return bench.loss(); });
      if (!wrong) continue;
      return failed("expected ", wrong->difference, " as the derivative of the losses in number ",
                    wrong->at, " of ", parameter.name, ", found ", wrong->gradient);
    }
  }
  return passed();
}

}  // namespace espalier::testing
