#include "testing/sharing/checks.hpp"

namespace espalier::testing {

Answer check_sharing_rows(const SharingSubject& subject) {
  constexpr Index kRows = 7;
  ParameterStore store(5);
  const auto sharing = subject.make();
  TrunkBench whole(subject, *sharing, store, {.rows = kRows, .training = false});
  whole.loss();
  for (const Index rows : {1, 2}) {
    TrunkBench part(subject, *sharing, store,
                    {.rows = rows, .first_row = kRows - rows, .training = false});
    part.loss();
    for (std::size_t t = 0; t < 3; ++t) {
      const std::string difference =
          features_differ(part.features(t), whole.features(t).rows(kRows - rows, rows));
      if (difference.empty()) continue;
      return failed("expected the features of a row to be the same in batches of ", rows,
                    " and of ", kRows, ", found ", difference);
    }
  }
  return passed();
}

}  // namespace espalier::testing
