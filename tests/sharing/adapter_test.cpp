#include "sharing/by_hand.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

/// One stage tanh(W x + b) and an adapter for each task, with numbers of their own everywhere.
struct Adapted {
  std::vector<Stage> stages;
  Chosen strategy;
  ParameterStore store{3};
  TrunkModel model;

  Adapted(const std::map<std::string, Option>& options, const TrunkCase& c, bool two = false)
      : stages(make_stages(two)),
        strategy(chosen("adapters", stages.size(), options)),
        model(strategy.blocks, stages, store, c) {
    scatter(store);
    model.loss();
  }
  static std::vector<Stage> make_stages(bool two) {
    std::vector<Stage> stages;
    stages.push_back(linear_stage("low", 4));
    if (two) stages.push_back(linear_stage("high", 3));
    return stages;
  }
  Rows layers(const TrunkCase& c, std::size_t task) {
    return each(tanh_of, dense(store, "trunk/low/0/linear", rows_of_task(model, c, task)));
  }
};

const std::string kNames[] = {"trunk/low/a/adapter/", "trunk/low/b/adapter/"};

}  // namespace

TEST_CASE("a residual adapter adds what its weights make of the features") {
  for (const TrunkCase& c : two_task_cases()) {
    Adapted plain({}, c), norm({{"norm", true}}, c);
    for (std::size_t t = 0; t < 2; ++t) {
      const Rows x = plain.layers(c, t);
      check_rows(plain.model.features(t),
                 each(sum_of_two, x, dense(plain.store, kNames[t] + "weights", x)));
      const Rows y = norm.layers(c, t);
      check_rows(norm.model.features(t), each(sum_of_two, y,
                                              dense(norm.store, kNames[t] + "weights",
                                                    normed(norm.store, kNames[t] + "norm", y))));
    }
  }
}

TEST_CASE("a bottleneck goes down to its size, through gelu, and up again") {
  for (const TrunkCase& c : two_task_cases()) {
    Adapted adapted({{"kind", std::string("bottleneck")}, {"size", Index{2}}}, c);
    CHECK(named(adapted.store, kNames[0] + "down/weight").value.shape == Shape{2, 4});
    for (std::size_t t = 0; t < 2; ++t) {
      const Rows x = adapted.layers(c, t);
      const Rows low = each(gelu_of, dense(adapted.store, kNames[t] + "down", x));
      check_rows(adapted.model.features(t),
                 each(sum_of_two, x, dense(adapted.store, kNames[t] + "up", low)));
    }
  }
}

TEST_CASE("gradients of adapters that have moved are derivatives") {
  for (const TrunkCase& c : two_task_cases()) {
    for (const std::map<std::string, Option>& options :
         {std::map<std::string, Option>{}, std::map<std::string, Option>{{"norm", true}},
          std::map<std::string, Option>{{"kind", std::string("bottleneck")}, {"size", Index{2}}}}) {
      Adapted adapted(options, c, true);
      check_gradients(adapted.model, adapted.store);
    }
  }
}
