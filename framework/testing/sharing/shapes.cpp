#include <algorithm>
#include <cmath>

#include "testing/sharing/checks.hpp"

namespace espalier::testing {

namespace {

std::string shown(const TrunkLayout& layout) {
  return text::cat(layout.tasks, layout.tasks == 1 ? " task" : " tasks", " on ", layout.rows,
                   layout.own_inputs ? " rows each" : " common rows");
}

Answer check_layout(const SharingSubject& subject, const TrunkLayout& layout) {
  ParameterStore store(5);
  const auto sharing = subject.make();
  TrunkBench bench(subject, *sharing, store, layout);
  const double loss = bench.loss();
  for (int t = 0; t < layout.tasks; ++t) {
    const ConstTensor features = bench.features(static_cast<std::size_t>(t));
    if (features.shape[0] != layout.rows) {
      return failed("expected features of ", layout.rows, " rows for ", shown(layout), ", found ",
                    to_string(features.shape));
    }
    const auto finite = [](real x) { return std::isfinite(x); };
    if (!std::ranges::all_of(features.span(), finite)) {
      return failed("expected finite features for ", shown(layout), ", found others");
    }
  }
  if (std::isfinite(loss)) return passed();
  return failed("expected finite penalties for ", shown(layout), ", found ", loss);
}

}  // namespace

Answer check_sharing_shapes(const SharingSubject& subject) {
  for (const int tasks : {1, 2, 3}) {
    for (const Index rows : {1, 2, 7}) {
      for (const bool own : {false, true}) {
        for (const bool training : {false, true}) {
          const Answer answer = check_layout(
              subject, {.tasks = tasks, .own_inputs = own, .rows = rows, .training = training});
          if (answer.kind != Result::Kind::passed) return answer;
        }
      }
    }
  }
  return passed();
}

}  // namespace espalier::testing
