#include <map>

#include "testing/sharing/checks.hpp"

namespace espalier::testing {

Answer check_owners(const SharingSubject& subject) {
  ParameterStore store(5);
  const auto sharing = subject.make();
  std::map<std::string, int> owners;
  for (int t = 0; t < 3; ++t) {
    TrunkBench bench(subject, *sharing, store, {.losses = {t}});
    for (const Parameter& parameter : store.parameters()) {
      if (parameter.domain != Domain::task || !bench.plan().reaches(parameter)) continue;
      const auto [owner, is_new] = owners.emplace(parameter.name, t);
      if (is_new) continue;
      return failed("expected a parameter that is a task's own to serve one loss, found that ",
                    parameter.name, " is reached by those of '",
                    std::string(1, static_cast<char>('a' + owner->second)), "' and '",
                    std::string(1, static_cast<char>('a' + t)), "': make it with owner kShared");
    }
  }
  return passed();
}

}  // namespace espalier::testing
