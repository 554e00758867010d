#include "balance/weigher.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "balance/method.hpp"
#include "espalier/error.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

/// Weighs task t by 10^t, whatever tasks are at hand, and counts what it is given.
class Tens final : public Balancer {
 public:
  explicit Tens(Needs needs) : needs_(needs) {}
  BalancerInfo info() const override { return {"s", "f", "p"}; }
  Needs needs() const override { return needs_; }
  void weigh(const BalanceStep& step, std::span<double> weights) override {
    ++calls;
    seen_gram.assign(step.gram.begin(), step.gram.end());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = factor * std::pow(10.0, static_cast<double>(step.task(i)));
    }
    if (fails) step.fell_back("no solution");
  }
  void probe(const BalanceStep& step, std::span<double> weights) override {
    seen_losses.assign(step.losses.begin(), step.losses.end());
    std::ranges::fill(weights, 1.0);
  }
  void combine(const JacobianStep& step, std::span<double> weights,
               std::span<real> direction) override {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      for (std::size_t k = 0; k < direction.size(); ++k) direction[k] += step.row(i).data[k];
      weights[i] = 1.0;
    }
  }
  std::vector<double> state() const override { return {static_cast<double>(calls)}; }
  void restore(std::span<const double> state) override { calls = static_cast<int>(state[0]); }

  int calls = 0;
  double factor = 1.0;
  bool fails = false;
  std::vector<double> seen_gram, seen_losses;

 private:
  Needs needs_;
};

const std::vector<std::string> kNames = {"a", "b", "c"};
const std::vector<char> kAll = {1, 1, 1};
const std::vector<double> kLosses = {2, 4, 5};
const Rows kRows = {{1, 0, 0}, {0, 2, 0}, {3, 0, 4}};

using Numbers = std::vector<double>;

Numbers list(std::span<const double> values) { return {values.begin(), values.end()}; }

struct Fixture {
  explicit Fixture(const BalanceConventions& conventions, Needs needs = {.gram = true})
      : method(needs), weigher(method, "tens", conventions, kNames, 1), gram(gram_of(kRows)) {
    weigher.begin({});
  }
  void step(std::uint64_t number = 0, const std::vector<char>& present = kAll) {
    weigher.weigh({.losses = kLosses, .present = present, .gram = gram, .step = number});
  }
  Tens method;
  Weigher weigher;
  std::vector<double> gram;
};

BalanceConventions with(const std::map<std::string, Option>& options) {
  BalanceConventions conventions;
  configure(conventions, options);
  return conventions;
}

}  // namespace

TEST_CASE("weights pass as they are under native conventions") {
  Fixture f({});
  f.step();
  CHECK(list(f.weigher.trunk()) == Numbers{1, 10, 100});
  CHECK(list(f.weigher.heads()) == Numbers{1, 1, 1});
  CHECK(list(f.weigher.weights()) == Numbers{1, 10, 100});
  CHECK(f.method.seen_gram == gram_of(kRows));
}

TEST_CASE("a task without labels is set aside and counted") {
  Fixture f({});
  f.step(0, {1, 0, 1});
  CHECK(list(f.weigher.trunk()) == Numbers{1, 0, 100});
  CHECK(f.method.seen_gram == gram_of({kRows[0], kRows[2]}));
  CHECK(f.weigher.report().absent == std::vector<std::uint64_t>{0, 1, 0});
  f.step(1, {0, 0, 0});
  CHECK(list(f.weigher.trunk()) == Numbers{0, 0, 0});
  CHECK(f.method.calls == 1);
  CHECK(f.weigher.report().steps == 2);
}

TEST_CASE("a probe sees losses where the method needs them, and no numbers elsewhere") {
  const Needs needs = {.cross_product = true, .batches = 3};
  Needs asks = needs;
  asks.losses = true;
  Fixture plain({}, needs), asking({}, asks);
  const std::vector<char> some = {1, 0, 1};
  for (Fixture* f : {&plain, &asking}) {
    CHECK(list(f->weigher.probe({.losses = kLosses, .present = some, .gram = {}})) ==
          Numbers{1, 0, 1});
    REQUIRE(f->method.seen_losses.size() == 2);
  }
  CHECK(std::isnan(plain.method.seen_losses[0]));
  CHECK(asking.method.seen_losses == Numbers{2, 5});
}

TEST_CASE("a task whose gradient is zero is set aside where inner products decide") {
  Fixture with_gram({}), without({}, {.losses = true});
  for (Fixture* f : {&with_gram, &without}) {
    f->gram = gram_of({{1, 0}, {0, 0}, {2, 2}});
    f->step();
  }
  CHECK(list(with_gram.weigher.trunk()) == Numbers{1, 0, 100});
  CHECK(with_gram.weigher.report().zero == std::vector<std::uint64_t>{0, 1, 0});
  CHECK(list(without.weigher.trunk()) == Numbers{1, 10, 100});
  CHECK(without.weigher.report().zero == std::vector<std::uint64_t>{0, 0, 0});
}

TEST_CASE("a gradient or a weight that is not finite stops the run, naming task and step") {
  Fixture f({});
  f.gram[4] = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH_AS(f.step(6),
                       "[train] expected a finite gradient of task 'b', found inf for its square "
                       "in step 7; try a smaller learning rate",
                       RunFailure);
  Fixture g({});
  g.method.factor = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(
      g.step(), "[balance] expected a finite weight of task 'a' from 'tens', found nan in step 1",
      RunFailure);
}

TEST_CASE("normalised rows are what the method sees and what its weights are for") {
  const std::map<std::string, Numbers> lengths = {
      {"l2", {1, 2, 5}}, {"loss", {2, 4, 5}}, {"loss_l2", {2, 8, 25}}};
  for (const auto& entry : lengths) {
    const std::string& by = entry.first;
    const Numbers& length = entry.second;
    CAPTURE(by);
    Fixture f(with({{"normalise", by}}));
    f.step();
    CHECK(f.method.seen_gram[2] == doctest::Approx(3.0 / (length[0] * length[2])));
    for (std::size_t t = 0; t < 3; ++t) {
      CHECK(f.weigher.trunk()[t] ==
            doctest::Approx(std::pow(10.0, static_cast<double>(t)) / length[t]));
    }
  }
}

TEST_CASE("between two solutions the last weights hold") {
  Fixture f(with({{"every", Index{3}}}));
  for (std::uint64_t step = 0; step < 7; ++step) {
    f.method.factor = static_cast<double>(step + 1);
    f.step(step);
    CHECK(f.weigher.trunk()[0] == static_cast<double>(step / 3 * 3 + 1));
  }
  CHECK(f.method.calls == 3);
}

TEST_CASE("smoothed weights start at the first solution") {
  Fixture f(with({{"smooth", 0.75}}));
  f.step(0);
  CHECK(f.weigher.trunk()[1] == 10.0);
  f.method.factor = 5.0;
  f.step(1);
  CHECK(f.weigher.trunk()[1] == 0.75 * 10.0 + 0.25 * 50.0);
}

TEST_CASE("the scale is over the tasks at hand") {
  Fixture f(with({{"scale", std::string("sum_to_tasks")}}));
  f.step(0, {1, 1, 0});
  CHECK(f.weigher.trunk()[0] == doctest::Approx(2.0 / 11.0));
  CHECK(f.weigher.trunk()[1] == doctest::Approx(20.0 / 11.0));
}

TEST_CASE("the clip shortens the trunk's direction and leaves the heads") {
  Fixture f(with({{"clip", 1.0}, {"heads", std::string("weighted")}}));
  f.step();
  const std::vector<double> d = direction(kRows, list(f.weigher.trunk()));
  CHECK(std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) == doctest::Approx(1.0));
  CHECK(f.weigher.trunk()[2] / f.weigher.trunk()[0] == doctest::Approx(100.0));
  CHECK(list(f.weigher.heads()) == Numbers{1, 10, 100});
  Fixture wide(with({{"clip", 1e6}}));
  wide.step();
  CHECK(list(wide.weigher.trunk()) == Numbers{1, 10, 100});
}

TEST_CASE("heads may receive the gradient of the loss's logarithm") {
  Fixture f(with({{"heads", std::string("log")}}));
  f.step();
  CHECK(list(f.weigher.heads()) == Numbers{0.5, 0.25, 0.2});
}

TEST_CASE("layer by layer, every block has weights and the log their mean") {
  BalanceConventions conventions = with({{"gram", std::string("per_layer")}, {"clip", 5.0}});
  Tens method({.gram = true});
  Weigher weigher(method, "tens", conventions, kNames, 1);
  weigher.begin({.blocks = 2});
  Numbers blocks = gram_of({{1, 0}, {0, 0}, {0, 1}});  // the second task does not pass here
  const Numbers second = gram_of({{0, 1}, {2, 0}, {1, 1}});
  blocks.insert(blocks.end(), second.begin(), second.end());
  Numbers total(9);
  for (std::size_t i = 0; i < 9; ++i) total[i] = blocks[i] + blocks[9 + i];
  weigher.weigh({.losses = kLosses, .present = kAll, .gram = total, .seen = blocks});
  const Numbers w = list(weigher.trunk());
  REQUIRE(w.size() == 6);
  CHECK(w[1] == 0.0);
  CHECK(w[4] / w[3] == doctest::Approx(10.0));
  CHECK(weigher.weights()[1] == doctest::Approx(w[4] / 2.0));
  // |d|^2 is the sum over the blocks: (w0)^2 + (w2)^2 and |(2 w4 + w5, w3 + w5)|^2.
  const double square =
      w[0] * w[0] + w[2] * w[2] + std::pow(2 * w[4] + w[5], 2) + std::pow(w[3] + w[5], 2);
  CHECK(std::sqrt(square) == doctest::Approx(5.0));
}

TEST_CASE("between two solutions every block holds its weights") {
  const BalanceConventions conventions =
      with({{"gram", std::string("per_layer")}, {"every", Index{2}}});
  Tens method({.gram = true});
  Weigher weigher(method, "tens", conventions, kNames, 1);
  weigher.begin({.blocks = 2});
  const Numbers one = gram_of(kRows);
  Numbers blocks = one;
  blocks.insert(blocks.end(), one.begin(), one.end());
  weigher.weigh({.losses = kLosses, .present = kAll, .gram = one, .seen = blocks});
  const Numbers solved = list(weigher.trunk());
  weigher.weigh({.losses = kLosses, .present = kAll, .gram = {}, .step = 1});
  CHECK(list(weigher.trunk()) == solved);
  CHECK(method.calls == 2);
}

TEST_CASE("fallbacks are counted with their reason") {
  Fixture f({});
  f.step(0);
  CHECK(f.weigher.report().fallbacks == 0);
  f.method.fails = true;
  f.step(1);
  f.step(2);
  CHECK(f.weigher.report().fallbacks == 2);
  CHECK(f.weigher.report().last_fallback == "no solution");
}

TEST_CASE("a direction is of the rows at hand, normalised, rescaled and clipped") {
  BalanceConventions conventions = with({{"normalise", std::string("l2")}});
  Tens method({.jacobian = true});
  for (const char* scale : {"native", "norm_of_equal"}) {
    for (const double clip : {0.0, 0.5}) {
      conventions.scale = scale;
      conventions.clip = clip;
      Weigher weigher(method, "tens", conventions, kNames, 1);
      weigher.begin({.parameters = 3});
      std::vector<real> rows = {1, 0, 0, 0, 2, 0, 3, 0, 4};
      std::vector<real> d(3, real{9});
      const std::vector<char> present = {0, 1, 1};
      weigher.combine({.losses = kLosses, .present = present, .gram = {}}, {rows.data(), {3, 3}},
                      d);
      // (0, 1, 0) + (0.6, 0, 0.8); the plain sum is (3, 2, 4).
      Numbers wanted = {0.6, 1.0, 0.8};
      double norm = std::sqrt(2.0);
      const double equal = std::sqrt(29.0);
      const double target = clip > 0.0 ? clip : (conventions.scale == "native" ? norm : equal);
      for (std::size_t i = 0; i < 3; ++i) {
        CHECK(static_cast<double>(d[i]) == doctest::Approx(wanted[i] * target / norm));
      }
      CHECK(std::isnan(weigher.weights()[0]));
      CHECK(weigher.weights()[1] == doctest::Approx(0.5));
      CHECK(weigher.report().absent[0] == 1);
    }
  }
}

TEST_CASE("a restored weigher goes on as if it had not stopped") {
  const BalanceConventions conventions =
      with({{"smooth", 0.5}, {"every", Index{2}}, {"scale", std::string("sum_to_one")}});
  Fixture straight(conventions), resumed(conventions);
  straight.step(0, {1, 1, 0});
  resumed.weigher.restore(straight.weigher.state());
  CHECK(resumed.method.calls == 1);
  for (std::uint64_t step = 1; step < 5; ++step) {
    for (Fixture* f : {&straight, &resumed}) {
      f->method.factor = static_cast<double>(step);
      f->step(step);
    }
    CHECK(list(resumed.weigher.trunk()) == list(straight.weigher.trunk()));
  }
  CHECK(resumed.weigher.state() == straight.weigher.state());
}
