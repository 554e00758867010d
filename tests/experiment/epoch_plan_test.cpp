#include "experiment/epoch_plan.hpp"

#include "experiment/spec_support.hpp"

using namespace espalier;

namespace {

EpochPlan plan(const std::vector<Index>& sizes, const std::vector<std::string>& overrides) {
  OpenedData data(sizes.size());
  for (std::size_t s = 0; s < sizes.size(); ++s) data[s].train.rows = sizes[s];
  return plan_epoch(small_spec(overrides), data);
}

using Rows = std::vector<Index>;

}  // namespace

TEST_CASE("an epoch of cycle is as long as the longest stream") {
  const EpochPlan drop = plan({100, 30}, {"train.batch=16"});
  CHECK(drop.rows == Rows{16, 16});
  CHECK(drop.last_rows.empty());
  CHECK(drop.steps == 6);
  const EpochPlan keep = plan({100, 30}, {"train.batch=16", "train.last_batch=keep"});
  CHECK(keep.rows == Rows{16, 16});
  CHECK(keep.last_rows == Rows{4, 4});
  CHECK(keep.steps == 7);
  const EpochPlan whole = plan({96, 30}, {"train.batch=16", "train.last_batch=keep"});
  CHECK(whole.last_rows.empty());
  CHECK(whole.steps == 6);
  const EpochPlan small = plan({10, 30}, {"train.batch=64", "train.last_batch=keep"});
  CHECK(small.rows == Rows{30, 30});
  CHECK(small.last_rows.empty());
  CHECK(small.steps == 1);
  CHECK(plan({100, 30}, {"train.batch=16", "balance=modo"}).steps == 2);  // 3 batches a step
}

TEST_CASE("an epoch of proportional ends when all streams are through") {
  const EpochPlan even = plan({300, 100}, {"train.batch=16", "train.sampling=proportional"});
  CHECK(even.rows == Rows{24, 8});
  CHECK(even.last_rows.empty());
  CHECK(even.steps == 12);  // 300 / 24 = 12.5, 100 / 8 = 12.5
  // Rounding and the least of one row make the slowest stream decide: 1000 / 31, 5 / 1.
  const EpochPlan uneven = plan({1000, 5}, {"train.batch=16", "train.sampling=proportional"});
  CHECK(uneven.rows == Rows{31, 1});
  CHECK(uneven.steps == 32);
  const EpochPlan several =
      plan({300, 100}, {"train.batch=16", "train.sampling=proportional", "balance=modo"});
  CHECK(several.rows == Rows{24, 8});
  CHECK(several.steps == 4);
}

TEST_CASE("temperature 1 is proportional, and a high one is cycle") {
  const std::vector<std::string> sampling = {"train.batch=16", "train.sampling=temperature"};
  CHECK(plan({300, 100}, sampling).rows == Rows{24, 8});
  const auto at = [&](const char* temperature) {
    return plan({300, 100}, {"train.batch=16", "train.sampling=temperature",
                             std::string("train.temperature=") + temperature});
  };
  CHECK(at("2").rows == Rows{20, 12});
  CHECK(at("2").steps == 15);
  CHECK(at("1000000").rows == plan({300, 100}, {"train.batch=16"}).rows);
  CHECK(at("1000000").steps == plan({300, 100}, {"train.batch=16"}).steps);
}

TEST_CASE("a batch larger than the data is refused with the largest that is good") {
  CHECK(config_error([] {
          plan({100, 30}, {"train.batch=101"});
        }) ==
        "[train] expected train.batch of at most 100 (100 rows has the largest stream), found 101; "
        "or set train.last_batch: keep");
  CHECK(config_error([] {
          plan({100, 30}, {"train.batch=70", "train.sampling=proportional"});
        }) ==
        "[train] expected train.batch of at most 65 (a step draws 2 x batch rows, and there are "
        "130), found 70");
  CHECK(plan({100, 30}, {"train.batch=65", "train.sampling=proportional"}).steps == 1);
}

TEST_CASE("samplings that cannot be are refused where they are written") {
  CHECK(small_error({"train={batch: 4, temperature: 2}"}) ==
        "override 'train={batch: 4, temperature: 2}': train.temperature: expected a temperature "
        "only with sampling: temperature, found it with cycle");
  CHECK(small_error({"train={sampling: proportional, last_batch: keep}"}) ==
        "override 'train={sampling: proportional, last_batch: keep}': train.last_batch: expected "
        "drop with sampling: proportional, whose epochs have no short batch, found keep");
  CHECK(small_error({"train.sampling=proportionl"}).find("did you mean 'proportional'?") !=
        std::string::npos);
  CHECK(small_error({"train={sampling: temperature, temperature: 0}"}).find("above 0") !=
        std::string::npos);
  CHECK(small_error({"train={sampling: temperature, temperature: 1.5}"}) == "no error");
}
