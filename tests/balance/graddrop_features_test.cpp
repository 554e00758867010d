#include <doctest/doctest.h>

#include <algorithm>

#include "balance/method.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

/// Two tasks on `rows` rows of `width` features.
struct Borders {
  Borders(Index rows, Index width, std::vector<real> features, std::vector<std::vector<real>> g)
      : z(std::move(features)), gradients(std::move(g)) {
    for (std::vector<real>& one : gradients) {
      zs.push_back(ConstTensor(z.data(), {rows, width}));
      tensors.push_back({one.data(), {rows, width}});
    }
  }

  void combine(Balancer& method, RandomStream random = {1, "balance/test"}) {
    FeatureStep step;
    step.features = zs;
    step.gradients = tensors;
    step.common = true;
    step.random = &random;
    std::vector<double> weights(gradients.size(), -7.0);
    method.combine_features(step, weights);
  }

  std::vector<real> z;
  std::vector<std::vector<real>> gradients;
  std::vector<ConstTensor> zs;
  std::vector<Tensor> tensors;
};

}  // namespace

TEST_CASE("graddrop_features keeps what all tasks agree on, by the sign of the activation") {
  // Feature 0: examples pull to opposite sides, but so do their activations: one sign.
  Borders b(2, 2, {1, 1, -1, 1}, {{3, 1, -2, 1}, {1, -1, -1, -2}});
  const auto method = method_named("graddrop_features");
  CHECK(method->needs().features);
  CHECK_FALSE(method->needs().gram);
  CHECK_FALSE(method->weighs());
  b.combine(*method);
  CHECK(b.gradients[0][0] == 3);
  CHECK(b.gradients[0][2] == -2);
  CHECK(b.gradients[1][0] == 1);
  // Feature 1: sums +2 and -3; exactly one task keeps it.
  const bool first = b.gradients[0][1] != 0, second = b.gradients[1][1] != 0;
  CHECK(first != second);
  CHECK((b.gradients[0][3] != 0) == first);  // a mask is of the feature, not of one example
}

TEST_CASE("graddrop_features keeps a sign as often as the gradients are pure") {
  // Sums +3 and -1 in every feature: P = 1/2 (1 + 2 / 4) = 3/4.
  const Index width = 4000;
  const auto n = static_cast<std::size_t>(width);
  Borders b(1, width, std::vector<real>(n, 1), {std::vector<real>(n, 3), std::vector<real>(n, -1)});
  b.combine(*method_named("graddrop_features"));
  const auto kept = std::ranges::count(b.gradients[0], real{3});
  const auto other = std::ranges::count(b.gradients[1], real{-1});
  CHECK(kept + other == width);
  CHECK(static_cast<double>(kept) / 4000.0 == doctest::Approx(0.75).epsilon(0.04));
}

TEST_CASE("graddrop_features lets a share leak, and drops nothing where nothing is") {
  Borders b(1, 2, {1, 0}, {{2, 1}, {-2, 5}});  // feature 1 has no activation: no sign
  b.combine(*method_named("graddrop_features", {{"leak", 0.25}}));
  CHECK(std::abs(b.gradients[0][0] * b.gradients[1][0]) == real{1});  // 2 and 0.5 in some order
  CHECK(b.gradients[0][1] == 1);
  CHECK(b.gradients[1][1] == 5);
}
