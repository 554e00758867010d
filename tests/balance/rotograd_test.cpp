#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "balance/method.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

constexpr Index kRows = 6, kWidth = 4;

/// Two heads with linear losses <a_i, z R_i'>: q_i = a_i fixed, o_i = q_i R_i.
struct Heads {
  explicit Heads(RandomStream random) {
    for (std::size_t i = 0; i < 2; ++i) {
      q.emplace_back(kRows * kWidth);
      for (real& x : q[i]) x = static_cast<real>((i == 0 ? 1.0 : 5.0) * random.normal());
      o.emplace_back(kRows * kWidth);
      r.emplace_back(kWidth * kWidth, real{0});
      for (Index k = 0; k < kWidth; ++k) r[i][static_cast<std::size_t>(k * kWidth + k)] = 1;
    }
    z.assign(kRows * kWidth, real{1});
  }

  // o = q R
  void differentiate() {
    for (std::size_t i = 0; i < 2; ++i) {
      for (Index n = 0; n < kRows; ++n) {
        for (Index c = 0; c < kWidth; ++c) {
          double sum = 0.0;
          for (Index k = 0; k < kWidth; ++k) {
            sum += static_cast<double>(q[i][static_cast<std::size_t>(n * kWidth + k)] *
                                       r[i][static_cast<std::size_t>(k * kWidth + c)]);
          }
          o[i][static_cast<std::size_t>(n * kWidth + c)] = static_cast<real>(sum);
        }
      }
    }
  }

  std::vector<double> step(Balancer& method, std::uint64_t number) {
    differentiate();
    const Shape rows{kRows, kWidth}, square{kWidth, kWidth};
    const std::vector<ConstTensor> features(2, ConstTensor(z.data(), rows));
    const std::vector<Tensor> gradients = {{o[0].data(), rows}, {o[1].data(), rows}};
    const std::vector<Tensor> rotations = {{r[0].data(), square}, {r[1].data(), square}};
    const std::vector<ConstTensor> rotated = {ConstTensor(q[0].data(), rows),
                                              ConstTensor(q[1].data(), rows)};
    FeatureStep step;
    step.features = features;
    step.gradients = gradients;
    step.common = true;
    step.rotations = rotations;
    step.rotated_gradients = rotated;
    step.step = number;
    std::vector<double> weights(2, std::numeric_limits<double>::quiet_NaN());
    method.combine_features(step, weights);
    return weights;
  }

  double cosine() {
    differentiate();
    const auto dot = [&](std::size_t a, std::size_t b) {
      double sum = 0.0;
      for (std::size_t k = 0; k < o[a].size(); ++k) {
        sum += static_cast<double>(o[a][k]) * static_cast<double>(o[b][k]);
      }
      return sum;
    };
    return dot(0, 1) / std::sqrt(dot(0, 0) * dot(1, 1));
  }

  std::vector<std::vector<real>> q, o, r;
  std::vector<real> z;
};

double norm(const std::vector<real>& x) {
  double sum = 0.0;
  for (const real v : x) sum += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(sum);
}

// Largest |R'R - I|.
double distance_from_orthogonal(const std::vector<real>& r) {
  double worst = 0.0;
  for (std::size_t a = 0; a < kWidth; ++a) {
    for (std::size_t b = 0; b < kWidth; ++b) {
      double sum = a == b ? -1.0 : 0.0;
      for (std::size_t k = 0; k < kWidth; ++k) {
        sum += static_cast<double>(r[k * kWidth + a]) * static_cast<double>(r[k * kWidth + b]);
      }
      worst = std::max(worst, std::abs(sum));
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("rotograd brings gradients to one length, as the first step has it") {
  const auto method = method_named("rotograd");
  CHECK(method->needs().rotations == 128);
  CHECK(method->needs().common_inputs);
  method->begin({.tasks = 2, .features = kWidth});
  Heads heads(RandomStream(1, "heads"));
  heads.differentiate();
  const double first = norm(heads.o[0]), second = norm(heads.o[1]);
  const std::vector<double> weights = heads.step(*method, 0);
  // rho = 1, 1: the common length is the mean.
  const double common = 0.5 * (first + second);
  CHECK(norm(heads.o[0]) == doctest::Approx(common).epsilon(1e-5));
  CHECK(norm(heads.o[1]) == doctest::Approx(common).epsilon(1e-5));
  CHECK(weights[1] == doctest::Approx(common / second).epsilon(1e-5));
  // A task whose gradient shrank to half counts half: (1/2 |o_0| / 2 + |o_1|) / (3/2).
  for (real& x : heads.q[0]) x *= real{0.5};
  heads.step(*method, 1);
  CHECK(norm(heads.o[0]) == doctest::Approx((0.25 * first + second) / 1.5).epsilon(1e-3));
}

TEST_CASE("rotograd turns the heads until gradients agree, by rotations") {
  for (std::uint64_t seed = 1; seed < 5; ++seed) {
    const auto method = method_named("rotograd", {{"learning_rate", 0.02}, {"scale", false}});
    method->begin({.tasks = 2, .features = kWidth});
    Heads heads(RandomStream(seed, "heads"));
    const double before = heads.cosine();
    for (std::uint64_t step = 0; step < 300; ++step) heads.step(*method, step);
    CHECK(heads.cosine() > before + 0.1);
    for (const auto& r : heads.r) CHECK(distance_from_orthogonal(r) < 1e-4);
  }
}

TEST_CASE("rotograd may turn only the first numbers") {
  const auto method = method_named("rotograd", {{"dimensions", Index{2}}});
  CHECK(method->needs().rotations == 2);
}

TEST_CASE("rotograd resumes exactly") {
  const auto straight = method_named("rotograd"), resumed = method_named("rotograd");
  for (auto* method : {straight.get(), resumed.get()}) {
    method->begin({.tasks = 2, .features = kWidth});
  }
  Heads a(RandomStream(1, "heads"));
  for (std::uint64_t step = 0; step < 3; ++step) a.step(*straight, step);
  Heads b = a;
  resumed->restore(straight->state());
  const auto from = straight->blocks(), to = resumed->blocks();
  REQUIRE(from.size() == to.size());
  for (std::size_t k = 0; k < from.size(); ++k) {
    std::ranges::copy(from[k].value.span(), to[k].value.span().begin());
  }
  a.step(*straight, 3);
  b.step(*resumed, 3);
  CHECK(a.r == b.r);
  CHECK(a.o == b.o);
}
