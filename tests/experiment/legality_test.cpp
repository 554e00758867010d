#include "experiment/legality.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "experiment/prepare_support.hpp"

using namespace espalier;
using espalier::test::TemporaryFolder;

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
  facts.shared_parameters = false;  // graddrop needs some
  CHECK(refusal(facts, {.features = true, .common_inputs = true}, "none", "rotograd")
            .ends_with("nearest: balance: equal"));
}

TEST_CASE("what is offered is neither what was chosen nor what would be refused") {
  const Needs features = {.gram = true, .features = true};
  ModelFacts facts = kHard;
  facts.one_output = false;
  const auto offer = [&](const Needs& needs) {
    const std::string why = refusal(facts, needs, "x", "x");
    return why.substr(why.find("nearest: ") + 9);
  };
  CHECK(offer(features) == "balance: mgda, or sharing: hard");
  facts.shared_parameters = false;
  CHECK(offer(features) == "balance: equal, or sharing: hard");
  facts.groups = true;
  CHECK(offer(features) == "balance: equal, or sharing: hard without groups");
  CHECK(offer({.gram = true}) == "balance: equal, or sharing: hard without groups");
  facts.own_stages = true;
  CHECK(offer({.gram = true}) ==
        "balance: equal, or sharing: hard without groups and a sharing of any stage's own");
  facts.trunk_parameters = false;
  CHECK(offer({.gram = true}) == "balance: equal");
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

namespace {

/// What the tests vary of an experiment: two tasks on 64 digits each, or both on the same.
struct Variant {
  bool common = true;
  std::string train = "batch: 16";
  std::string validation = "0";
  std::string sharing = "hard";
  std::string balance = "equal";
};

std::unique_ptr<Prepared> data_of(const TemporaryFolder& folder, const Variant& v) {
  const std::string digits =
      "{ source: glyphs, classes: digits, train: 64, test: 10, validation: " + v.validation + " }";
  RunRequest request;
  request.file = folder.write(
      "exp.yaml",
      text::cat("name: legal\nthreads: 1\ndata:\n  d: ", digits, "\n",
                v.common ? "" : "  e: " + digits + "\n",
                "trunk:\n  input: [1, 28, 28]\n  stages:\n"
                "    - { name: low, layers: [{ linear: 8 }, relu] }\n"
                "    - { name: high, layers: [{ linear: 8 }, relu] }\n"
                "tasks:\n  a: { plugin: digits, data: d }\n  b: { plugin: digits, data: ",
                v.common ? "d" : "e", " }\nsharing: ", v.sharing, "\nbalance: ", v.balance,
                "\noptimizer: { sgd: 0.1 }\ntrain: { ", v.train, " }\n"));
  request.plugin_folders = {ESPALIER_PLUGINS};
  return prepare_data(request);
}

LegalityTable table_of(Prepared& run) { return legality_table(run.spec, run.tasks, run.data); }

const std::string& cell(const LegalityTable& table, const std::string& balancer,
                        const std::string& strategy) {
  const auto row = std::ranges::find(table.balancers, balancer) - table.balancers.begin();
  const auto column = std::ranges::find(table.strategies, strategy) - table.strategies.begin();
  return table.refusals.at(static_cast<std::size_t>(row)).at(static_cast<std::size_t>(column));
}

bool says(const std::string& why, const char* part) { return why.find(part) != std::string::npos; }

/// Checks every offer of a table; `free` is the table of the same experiment without groups.
int check_offers(const LegalityTable& table, const LegalityTable& free, bool groups) {
  const std::string kNearest = "nearest: balance: ", kHardToo = ", or sharing: hard";
  int offers = 0;
  for (const std::string& balancer : table.balancers) {
    for (const std::string& strategy : table.strategies) {
      const std::string& why = cell(table, balancer, strategy);
      if (why.empty()) continue;
      CAPTURE(balancer);
      CAPTURE(strategy);
      CAPTURE(why);
      const std::size_t at = why.find(kNearest);
      if (at == std::string::npos) {
        CHECK(why.starts_with("balance="));  // refused whatever the strategy
        continue;
      }
      ++offers;
      const std::string offer = why.substr(at + kNearest.size());
      const std::string method = offer.substr(0, offer.find(','));
      CHECK(method != balancer);
      CHECK(cell(table, method, strategy).empty());
      const std::size_t hard = offer.find(kHardToo);
      if (hard == std::string::npos) continue;
      CHECK(offer.substr(hard + kHardToo.size()) == (groups ? " without groups" : ""));
      CHECK((groups || strategy != "hard"));
      CHECK(cell(free, balancer, "hard").empty());
    }
  }
  return offers;
}

}  // namespace

TEST_CASE("the nearest choices of a refused cell are legal themselves") {
  const TemporaryFolder folder;
  for (const bool common : {true, false}) {
    const auto run = data_of(folder, {.common = common});
    const LegalityTable free = table_of(*run);
    CHECK(check_offers(free, free, false) > 0);
    for (const char* const groups : {"[[a], [b]]", "[[a, b]]"}) {
      CAPTURE(groups);
      const auto grouped = data_of(
          folder, {.common = common, .sharing = text::cat("{ hard: { groups: ", groups, " } }")});
      CHECK(check_offers(table_of(*grouped), free, true) > 0);
    }
  }
}

TEST_CASE("the table refuses what a run refuses before it records a model") {
  const TemporaryFolder folder;
  const auto run = data_of(folder, {.train = "batch: 16, last_batch: keep"});
  const LegalityTable keep = table_of(*run);
  CHECK(run->spec.balance.name == "equal");  // as it was
  CHECK(run->spec.balance.object != nullptr);
  CHECK(run->spec.sharing.name == "hard");
  CHECK(cell(keep, "equal", "hard").empty());
  CHECK(says(cell(keep, "modo", "hard"), "expected train.last_batch: drop for balance 'modo'"));
  CHECK(says(cell(keep, "moml", "none"), "expected a validation part (validation: 0.1) for "));
  CHECK(says(cell(keep, "fixed", "hard"), "expected the key 'weights'"));
  const LegalityTable large = table_of(*data_of(folder, {.train = "batch: 32"}));
  CHECK(says(cell(large, "modo", "hard"), "expected train.batch of at most 21 "));
  CHECK(cell(large, "pcgrad", "hard").empty());
  const LegalityTable drop = table_of(*data_of(folder, {}));
  CHECK(cell(drop, "modo", "hard").empty());
}

TEST_CASE("the experiment's own balancer is asked with its options, and with its data") {
  const TemporaryFolder folder;
  const auto run = data_of(folder, {.validation = "0.25", .balance = "{ fixed: [1, 2] }"});
  const LegalityTable table = table_of(*run);
  CHECK(run->spec.balance.name == "fixed");
  CHECK(run->spec.conventions.heads == "weighted");
  CHECK(cell(table, "fixed", "hard").empty());
  CHECK(cell(table, "fixed", "none").empty());
  CHECK(cell(table, "moml", "none").empty());  // there is a validation part
}
