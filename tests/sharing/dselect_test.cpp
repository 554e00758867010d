// DSelect-k: how it starts, what it computes, and whose its parameters are.
#include "sharing/by_hand.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

/// One stage, or two, of four experts tanh(W x + b), of which each task selects two.
struct Selecting {
  std::vector<Stage> stages;
  Chosen strategy;
  ParameterStore store{3};
  TrunkModel model;

  Selecting(double gamma, const TrunkCase& c, bool two = false)
      : stages(make_stages(two)),
        strategy(chosen("dselect_k", stages.size(), {{"gamma", gamma}})),
        model(strategy.blocks, stages, store, c) {}

  static std::vector<Stage> make_stages(bool two) {
    std::vector<Stage> stages;
    stages.push_back(linear_stage("low", 3));
    if (two) stages.push_back(linear_stage("high", 3));
    return stages;
  }
  /// The largest size of a number of the parameters whose names hold `part`.
  double largest(const std::string& part) {
    double most = 0.0;
    for (const Parameter& p : store.parameters()) {
      if (p.name.find(part) == std::string::npos) continue;
      for (const real x : p.value.span()) most = std::max(most, std::abs(static_cast<double>(x)));
    }
    return most;
  }
};

bool holds(const std::string& name, const char* part) {
  return name.find(part) != std::string::npos;
}

// S_gamma
double step_of(double t, double gamma) {
  if (std::abs(t) > gamma / 2) return t > 0.0 ? 1.0 : 0.0;
  return -2.0 / (gamma * gamma * gamma) * t * t * t + 1.5 / gamma * t + 0.5;
}

}  // namespace

TEST_CASE("selectors start inside the smooth part, and nearly alike") {
  constexpr double kGamma = 0.1, kRounding = 1.0001;
  for (const TrunkCase& c : two_task_cases()) {
    Selecting start(kGamma, c);
    const double bits = start.largest("/gate/selector"), mix = start.largest("/gate/mix");
    CHECK(bits <= kGamma / 100 * kRounding);
    CHECK(bits > kGamma / 200);
    CHECK(mix <= 0.05 * kRounding);
    CHECK(mix > 0.025);
    for (const Parameter& p : start.store.parameters()) {  // biases too
      if (!holds(p.name, "/gate/")) continue;
      CAPTURE(p.name);
      CHECK(p.value.data[0] != real{0});
    }
    for (std::size_t t = 0; t < 2; ++t) {
      for (const char* selector : {"selector0", "selector1"}) {
        const std::string name = "trunk/low/" + c.tasks[t] + "/gate/" + selector;
        for (const auto& row : dense(start.store, name, rows_of_task(start.model, c, t))) {
          for (const double logit : row) CHECK(std::abs(logit) < kGamma / 2);
        }
      }
    }
  }
}

TEST_CASE("a task mixes what its selectors choose by the bits of an expert's number") {
  constexpr double kGamma = 4.0;
  for (const TrunkCase& c : two_task_cases()) {
    Selecting gated(kGamma, c);
    scatter(gated.store);
    gated.model.loss();
    for (std::size_t t = 0; t < 2; ++t) {
      const Rows x = rows_of_task(gated.model, c, t);
      const std::string gate = "trunk/low/" + c.tasks[t] + "/gate/";
      const Rows mix = dense(gated.store, gate + "mix", x);
      const Rows bits[] = {dense(gated.store, gate + "selector0", x),
                           dense(gated.store, gate + "selector1", x)};
      Rows y(x.size(), std::vector<double>(3));
      for (std::size_t e = 0; e < 4; ++e) {
        const std::string name = "trunk/low/expert" + std::to_string(e) + "/0/linear";
        const Rows expert = each(tanh_of, dense(gated.store, name, x));
        for (std::size_t r = 0; r < x.size(); ++r) {
          const double sum = std::exp(mix[r][0]) + std::exp(mix[r][1]);
          double weight = 0.0;
          for (std::size_t s = 0; s < 2; ++s) {
            double p = std::exp(mix[r][s]) / sum;
            for (std::size_t i = 0; i < 2; ++i) {
              const double set = step_of(bits[s][r][i], kGamma);
              p *= (e >> i) % 2 == 1 ? set : 1.0 - set;
            }
            weight += p;
          }
          for (std::size_t i = 0; i < 3; ++i) y[r][i] += weight * expert[r][i];
        }
      }
      check_rows(gated.model.features(t), y);
    }
  }
}

TEST_CASE("experts of DSelect-k are the balancer's, gates their task's own") {
  for (const TrunkCase& c : two_task_cases()) {
    Selecting gated(1.0, c, true);
    std::size_t experts = 0, gates = 0;
    for (const Parameter& p : gated.store.parameters()) {
      CAPTURE(p.name);
      const bool gate = holds(p.name, "/a/gate/") || holds(p.name, "/b/gate/");
      CHECK(gate != holds(p.name, "/expert"));
      CHECK(p.domain == (gate ? Domain::task : Domain::shared));
      (gate ? gates : experts) += 1;
    }
    CHECK(experts == 4 * 2 * 2);      // stages, weight and bias
    CHECK(gates == 2 * (2 + 1) * 2);  // two selectors and their mixture for each task
  }
}
