// Options that would have no effect are refused, unless they are written at their defaults, as the
// resolved experiment has them.
#include <doctest/doctest.h>

#include "core/set_fields.hpp"
#include "espalier/error.hpp"
#include "sharing/strategy.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

using Options = std::map<std::string, Option>;

std::string word(const char* text) { return text; }

std::string strategy_error(const char* name, const Options& options) {
  try {
    make(sharing_table(), name, options);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

std::string stage_error(const char* name, const Options& options) {
  try {
    make(stage_sharing_table(), name, options);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a gate refuses the options of other gates") {
  for (const char* name : {"mmoe", "cgc", "ple"}) {
    CAPTURE(name);
    CHECK(strategy_error(name, {{"k", Index{3}}}) ==
          "k: expected k only with gate: top_k or dselect, found 3 with softmax");
    CHECK(strategy_error(name, {{"gamma", 2.0}}) ==
          "gamma: expected gamma only with gate: dselect, found 2 with softmax");
    CHECK(strategy_error(name, {{"gate", word("top_k")}, {"k", Index{1}}, {"entropy", 0.0}}) ==
          "entropy: expected entropy only with gate: dselect, found 0 with top_k");
    CHECK(strategy_error(
              name,
              {{"gate", word("softmax")}, {"k", Index{2}}, {"gamma", 1.0}, {"entropy", 1e-6}}) ==
          "");
    CHECK(strategy_error(name, {{"gate", word("dselect")}, {"k", Index{3}}, {"gamma", 2.0}}) == "");
  }
  CHECK(stage_error("experts", {{"k", Index{1}}}) != "");
  CHECK(stage_error("experts", {}) == "");
}

TEST_CASE("top k chooses among more than k experts") {
  const Options three = {{"gate", word("top_k")}, {"experts", Index{3}}, {"k", Index{3}}};
  CHECK(strategy_error("mmoe", three) ==
        "k: expected fewer than the 3 experts that a gate weighs with gate: top_k, found 3; "
        "nearest: k: 2");
  // the default is no better: of one shared and one private expert two are all
  CHECK(strategy_error("cgc", {{"gate", word("top_k")}, {"shared", Index{1}}}) ==
        "k: expected fewer than the 2 experts that a gate weighs with gate: top_k, found 2; "
        "nearest: k: 1");
  CHECK(stage_error("experts", {{"gate", word("top_k")}, {"shared", Index{1}}, {"k", Index{1}}}) ==
        "k: expected fewer than the 1 experts that a gate weighs with gate: top_k, found 1; "
        "nearest: gate: softmax");
  CHECK(stage_error("experts", {{"gate", word("top_k")}}) == "");
}

TEST_CASE("who selects has two experts or more") {
  CHECK(strategy_error("dselect_k", {{"experts", Index{1}}}) ==
        "experts: expected two experts or more to select from, found 1; nearest: sharing: hard");
  CHECK(strategy_error("mmoe", {{"gate", word("dselect")}, {"experts", Index{1}}}) ==
        "gate: expected two experts or more to select from with gate: dselect, found 1; nearest: "
        "gate: softmax");
  CHECK(strategy_error("mmoe", {{"experts", Index{1}}}) == "");
  CHECK(stage_error("experts", {{"shared", Index{0}}, {"private", Index{0}}}) ==
        "shared: expected at least one expert, found none");
}

TEST_CASE("one subspace is orthogonal to no other") {
  const char* const kSentence =
      "orthogonality: expected orthogonality only between two subspaces or more, found 0.5 with "
      "subspaces: 1";
  CHECK(strategy_error("sluice", {{"subspaces", Index{1}}, {"orthogonality", 0.5}}) == kSentence);
  CHECK(stage_error("sluice", {{"subspaces", Index{1}}, {"orthogonality", 0.5}}) == kSentence);
  CHECK(strategy_error("sluice", {{"subspaces", Index{1}}}) == "");
}

TEST_CASE("columns without a unit have no coefficients") {
  CHECK(stage_error("stitch", {{"unit", false}, {"per", word("scalar")}}) ==
        "per: expected per only with a unit, found scalar with unit: false");
  CHECK(stage_error("stitch", {{"unit", false}, {"same", 1.0}}) ==
        "same: expected same only with a unit, found 1 with unit: false");
  CHECK(stage_error("stitch", {{"unit", false}, {"other", 0.0}}) ==
        "other: expected other only with a unit, found 0 with unit: false");
  CHECK(stage_error("stitch", {{"unit", false}, {"same", 0.9}}) == "");
  CHECK(strategy_error("cross_stitch", {{"per", word("scalar")}, {"last", true}}) == "");
}
