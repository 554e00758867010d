#include "experiment/legality.hpp"

#include <doctest/doctest.h>

using namespace espalier;

namespace {

const ModelFacts kHard = {.tasks = 2, .streams = 1, .shared_parameters = true, .one_output = true};

}  // namespace

TEST_CASE("every method goes with hard sharing of common inputs") {
  for (const BalancerEntry& entry : balancer_table()) {
    CAPTURE(entry.name);
    CHECK(refusal(kHard, entry.make()->needs(), "hard", "x").empty());
  }
}

TEST_CASE("what compares gradients needs parameters to compare them on") {
  ModelFacts facts = kHard;
  facts.shared_parameters = false;
  CHECK(refusal(facts, {.gram = true}, "none", "pcgrad") ==
        "expected parameters that several tasks share for balance 'pcgrad', which compares the "
        "tasks' gradients there, found none under sharing 'none'; nearest: balance: equal, or "
        "sharing: hard");
  CHECK(!refusal(facts, {.jacobian = true}, "none", "moco").empty());
  CHECK(!refusal(facts, {.cross_gram = true}, "none", "modo").empty());
  CHECK(refusal(facts, {.losses = true}, "none", "dwa").empty());
  CHECK(refusal(facts, {.validation = true}, "none", "moml").empty());
  facts.tasks = 1;  // a single task has nothing to compare, and any method trains it
  CHECK(refusal(facts, {.gram = true}, "none", "pcgrad").empty());
}

TEST_CASE("methods at the trunk's output need one that all heads read") {
  ModelFacts facts = kHard;
  facts.one_output = false;
  CHECK(!refusal(facts, {.gram = true, .features = true}, "mmoe", "mgda_ub").empty());
  CHECK(refusal(facts, {.gram = true}, "mmoe", "mgda").empty());
}

TEST_CASE("methods for common inputs say how many data sets they met") {
  ModelFacts facts = kHard;
  facts.streams = 2;
  CHECK(refusal(facts, {.features = true, .common_inputs = true}, "hard", "rotograd") ==
        "expected tasks that label the same data for balance 'rotograd', found 2 data sets; "
        "nearest: balance: graddrop");
}

TEST_CASE("the table numbers each reason once") {
  const LegalityTable table = {
      {"hard", "none"}, {"equal", "mgda", "pcgrad"}, {{"", ""}, {"", "why"}, {"", "why"}}};
  CHECK(legality_text(table) ==
        "          hard  none\n"
        "  equal   yes   yes\n"
        "  mgda    yes   [1]\n"
        "  pcgrad  yes   [1]\n"
        "[1] why\n");
}
