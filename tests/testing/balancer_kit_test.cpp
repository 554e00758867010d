#include <cmath>

#include "core/text.hpp"
#include "espalier/gram.hpp"
#include "testing/right_plugins.hpp"

/// The kit's checks of balancers: right ones pass, and each wrong one is caught by one check alone.
namespace espalier::test {

namespace {

using testing::Report;
using testing::Signals;
using Names = std::vector<std::string>;

/// Weights by the lengths of the gradients, which are inner products.
class ByLength : public RightBalancer {
  Needs needs() const override { return {.gram = true}; }
  void weigh(const BalanceStep& step, std::span<double> weights) override {
    const double all = gram::trace(step.gram, weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = 1.0 + (all > 0.0 ? step.gram[i * weights.size() + i] / all : 0.0);
    }
  }
};

/// The sum of the gradients, element by element; it has no weights.
class SumOfRows : public RightBalancer {
  Needs needs() const override { return {.jacobian = true}; }
  void combine(const JacobianStep& step, std::span<double> /*weights*/,
               std::span<real> direction) override {
    std::ranges::fill(direction, real{0});
    for (Index t = 0; t < step.jacobian.shape[0]; ++t) {
      const ConstTensor row = step.row(static_cast<std::size_t>(t));
      for (Index k = 0; k < row.size(); ++k) direction[static_cast<std::size_t>(k)] += row.data[k];
    }
    end(direction);
  }
  virtual void end(std::span<real> /*direction*/) {}
};

/// Half of every gradient at the trunk's output.
class HalfFeatures : public RightBalancer {
  Needs needs() const override { return {.features = true}; }
  void combine_features(const FeatureStep& step, std::span<double> /*weights*/) override {
    for (const Tensor& gradient : step.gradients) {
      for (real& number : gradient.span()) number *= real(0.5);
    }
  }
};

class NeedsValidation : public RightBalancer {
  Needs needs() const override { return {.validation = true}; }
};

class OneWeightOnly : public RightBalancer {
  void weigh(const BalanceStep&, std::span<double> weights) override { weights[0] = 1.0; }
};

class InfiniteDirection : public SumOfRows {
  void end(std::span<real> direction) override { direction[0] /= real{0}; }
};

class ComparesWithOthers : public RightBalancer {
  void finish(const BalanceStep&, std::span<double> weights) override {
    const double others = static_cast<double>(weights.size()) - 1.0;
    for (double& weight : weights) weight = std::min(weight * others, 100.0);
  }
};

class Exponential : public RightBalancer {
  void finish(const BalanceStep& step, std::span<double> weights) override {
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = std::exp(step.losses[i]);
  }
};

class Logarithm : public RightBalancer {
  void finish(const BalanceStep& step, std::span<double> weights) override {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = 1000.0 + std::log(step.losses[i]);
    }
  }
};

class FirstCounts : public RightBalancer {
  void finish(const BalanceStep& step, std::span<double> weights) override {
    if (step.task(0) == 0) weights[0] *= 2.0;
  }
};

/// The place among the tasks at hand, instead of the one in the experiment.
class ByPlace : public RightBalancer {
  std::size_t place(const BalanceStep&, std::size_t i) const override { return i; }
};

class Forgetful : public RightBalancer {
  std::vector<double> state() const override { return {}; }
  void restore(std::span<const double>) override {}
};

class Counted : public RightBalancer {
 public:
  Counted() : number_(++made()) {}

 private:
  void finish(const BalanceStep&, std::span<double> weights) override {
    // Too little for `permutation`, whose sums may be added in another order.
    for (double& weight : weights) weight *= 1.0 + 1e-12 * number_;
  }
  std::vector<double> state() const override {
    std::vector<double> all = RightBalancer::state();
    all.push_back(number_);
    return all;
  }
  void restore(std::span<const double> state) override {
    RightBalancer::restore(state.first(state.size() - 1));
    number_ = state.back();
  }
  static int& made() {
    static int count = 0;
    return count;
  }
  double number_;
};

template <class Class>
Report balanced(const testing::Options& options = {},
                const testing::BalancerSetting& setting = {}) {
  return testing::check_balancer(kInfo<Class>, options, setting);
}

}  // namespace

TEST_CASE("balancers with nothing wrong pass every check, whatever they need") {
  CHECK(failures(balanced<RightBalancer>()) == Names{});
  CHECK(failures(balanced<RightBalancer>({{"keep", 0.0}}, {.tasks = 3})) == Names{});
  CHECK(failures(balanced<ByLength>()) == Names{});
  CHECK(failures(balanced<SumOfRows>()) == Names{});
  CHECK(failures(balanced<HalfFeatures>()) == Names{});
  const Report report = balanced<RightBalancer>();
  CHECK(report.size() == 8);
  CHECK(result_of(report, "resume").kind == testing::Result::Kind::passed);
  CHECK(result_of(report, "static_dynamic").kind == testing::Result::Kind::skipped);
}

TEST_CASE("what the kit cannot give is said, not passed") {
  for (const testing::Result& result : balanced<NeedsValidation>()) {
    CHECK(result.kind == testing::Result::Kind::skipped);
    CHECK(result.sentence == "the kit has no model, which `validation` needs");
  }
}

TEST_CASE("weights that are missing, and a direction that is not finite") {
  caught(balanced<OneWeightOnly>(), "weights",
         "expected no error, found: [plugin tried] weigh: expected 4 weights, one for each task at "
         "hand, found 1");
  caught(balanced<InfiniteDirection>(), "weights",
         "expected no error, found: [plugin tried] combine: expected a finite direction, found ");
}

TEST_CASE("one task that does not learn") {
  caught(balanced<ComparesWithOthers>(), "one_task",
         "expected a direction along which the loss of the only task falls, found one whose "
         "product with its gradient is 0 in step 1");
}

TEST_CASE("weights that are finite for losses of common sizes only") {
  caught(balanced<Exponential>(), "scales",
         "with losses and gradients of size 1e+05: [plugin tried] weigh: expected finite weights, "
         "found inf for task ");
  caught(balanced<Logarithm>(), "zero_rows",
         "with a task of loss and gradient zero: [plugin tried] weigh: expected finite weights, "
         "found -inf for task 2 of 4 in step 2");
}

TEST_CASE("weights that depend on the order of the tasks") {
  caught(balanced<FirstCounts>(), "permutation",
         "expected the same weights for tasks in another order, found that weight ");
  const Report report = balanced<ByPlace>();
  caught(report, "permutation",
         "expected the same weights for tasks in another order of which some are not at hand, ");
  CHECK(result_of(report, "permutation").sentence.ends_with(": see BalanceStep::task"));
  CHECK(failures(balanced<FirstCounts>({}, {.skip = {"permutation"}})) == Names{});
}

TEST_CASE("a method that forgets") {
  caught(balanced<Forgetful>(), "resume",
         "expected an object that is given the state (state, restore, blocks) to go on as ");
}

TEST_CASE("methods that differ from each other") {
  caught(balanced<Counted>(), "determinism",
         "expected the same bits from two objects made alike, found that weight 1 of ");
}

TEST_CASE("weights of given signals, for tests of one's own") {
  const auto weights = testing::weights_of(
      kInfo<RightBalancer>, {{.losses = {1.0, 3.0}}, {.losses = {3.0}, .tasks = {1}}});
  CHECK(weights.size() == 2);
  CHECK(weights[0] == std::vector<double>{0.5, 1.5});
  CHECK(weights[1] == std::vector<double>{1.0});
  const auto lengths = testing::weights_of(
      kInfo<ByLength>, {{.losses = {1.0, 1.0}, .gradients = {{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}}}});
  CHECK(lengths[0] == std::vector<double>{1.5, 1.5});
  CHECK_THROWS_WITH_AS(
      testing::weights_of(kInfo<ByLength>, {{.losses = {1.0, 1.0}, .gradients = {{1.0}}}}),
      "[testing] step 1: expected as many gradients as losses, found 1", ConfigError);
  CHECK_THROWS_WITH_AS(testing::weights_of(kInfo<NeedsValidation>, {{.losses = {1.0}}}),
                       "[testing] the kit has no model, which `validation` needs", ConfigError);
}

TEST_CASE("settings of balancers that do not fit") {
  CHECK_THROWS_WITH_AS(balanced<RightBalancer>({}, {.tasks = 2}),
                       "[testing] tasks: expected 3 or more, found 2", ConfigError);
  CHECK(balanced<RightBalancer>({{"kep", 0.5}})[0].sentence ==
        "[testing] unknown option 'kep'; did you mean 'keep'?");
  CHECK(failures(testing::check_balancer(kInfo<RightTask>)) == Names{"options"});
}

#ifndef ESPALIER_REAL_DOUBLE
TEST_CASE("a balancer's library that is not what is linked is told") {
  static constexpr PluginInfo kOther = plugin_info<RightBalancer>("nan_weights", "not that one");
  caught(testing::check_balancer(kOther, {}, {.plugin_folders = {ESPALIER_BAD_PLUGINS}}),
         "static_dynamic", "expected no error, found: ");
}
#endif

}  // namespace espalier::test
