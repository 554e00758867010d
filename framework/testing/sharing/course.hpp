#pragma once

#include "testing/learner.hpp"
#include "testing/trunk_bench.hpp"

namespace espalier::testing {

/// Three steps of three tasks under a way of sharing, from seed 5.
inline Course course_of(const SharingSubject& subject, const StageSharing& sharing) {
  ParameterStore store(5);
  TrunkBench bench(subject, sharing, store, {.own_inputs = true});
  return course_of(bench.plan(), store);
}

}  // namespace espalier::testing
