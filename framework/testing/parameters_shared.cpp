#include "testing/trunk_bench.hpp"

namespace espalier::testing {

std::map<std::string, bool> parameters_shared(const PluginInfo& info, const Options& options) {
  const SharingSetting setting;
  const SharingSubject subject{info, options, setting};
  const auto sharing = subject.make();
  ParameterStore store(5);
  const TrunkBench bench(subject, *sharing, store, {});
  std::map<std::string, bool> shared;
  for (const Parameter& parameter : store.parameters()) {
    shared[parameter.name] = parameter.domain == Domain::shared;
  }
  return shared;
}

}  // namespace espalier::testing
