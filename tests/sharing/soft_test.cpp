#include "sharing/by_hand.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

double product(const Tensor& a, const Tensor& b) {
  double sum = 0.0;
  for (Index i = 0; i < a.size(); ++i) {
    sum += static_cast<double>(a.data[i]) * static_cast<double>(b.data[i]);
  }
  return sum;
}

struct Tied {
  std::vector<Stage> stages = dense_stages();
  Chosen strategy;
  ParameterStore store{3};
  TrunkModel model;

  Tied(const char* name, const std::map<std::string, Option>& options, const TrunkCase& c)
      : strategy(chosen(name, 2, options)), model(strategy.blocks, stages, store, c) {}
  std::size_t penalties() { return model.plan().tape().penalties().size(); }
};

}  // namespace

TEST_CASE("soft sharing of strength 0 is no sharing, to the bit") {
  for (const TrunkCase& c : two_task_cases()) {
    for (const char* norm : {"l2", "trace"}) {
      Tied none("none", {}, c);
      Tied soft("soft", {{"strength", 0.0}, {"norm", std::string(norm)}}, c);
      CHECK(soft.penalties() == 0);
      REQUIRE(soft.store.parameters().size() == none.store.parameters().size());
      for (std::size_t k = 0; k < none.store.parameters().size(); ++k) {
        const Parameter& a = none.store.parameters()[k];
        const Parameter& b = soft.store.parameters()[k];
        CHECK(a.name == b.name);
        CHECK(a.domain == b.domain);
        CHECK(std::ranges::equal(a.value.span(), b.value.span()));
        CHECK(none.model.gradient(a) == soft.model.gradient(b));
      }
      for (std::size_t t = 0; t < 2; ++t) CHECK(none.model.features(t) == soft.model.features(t));
    }
  }
}

TEST_CASE("each stage is tied by the norm that was asked for") {
  for (const TrunkCase& c : two_task_cases()) {
    for (const bool trace : {false, true}) {
      Tied soft("soft", {{"strength", 0.5}, {"norm", std::string(trace ? "trace" : "l2")}}, c);
      REQUIRE(soft.penalties() == 2);
      scatter(soft.store);
      std::size_t stage = 0;
      for (const std::string name : {"low", "high"}) {
        double sum = 0.0;
        for (const char* part : {"/0/linear/weight", "/0/linear/bias"}) {
          const Tensor a = named(soft.store, "trunk/" + name + "/a" + part).value;
          const Tensor b = named(soft.store, "trunk/" + name + "/b" + part).value;
          const double aa = product(a, a), bb = product(b, b), ab = product(a, b);
          // singular values s, s' of two columns: (s + s')^2 = trace + 2 sqrt(determinant)
          sum += trace ? std::sqrt(aa + bb + 2.0 * std::sqrt(aa * bb - ab * ab))
                       : 0.5 * (aa + bb - 2.0 * ab);
        }
        CHECK(soft.model.plan().tape().penalties()[stage++]->value() ==
              doctest::Approx(0.5 * sum).epsilon(1e-5));
      }
      check_gradients(soft.model, soft.store, [&] {
        double sum = 0.0;
        for (const auto& penalty : soft.model.plan().tape().penalties()) sum += penalty->value();
        return sum;
      });
    }
  }
}

TEST_CASE("a task alone is tied to nothing") {
  Tied soft("soft", {{"strength", 0.5}}, {.tasks = {"a"}, .stream_of = {0}, .streams = {{0, 4}}});
  CHECK(soft.penalties() == 0);
}
