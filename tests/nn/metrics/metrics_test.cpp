#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "espalier/metric.hpp"
#include "espalier/random.hpp"

using namespace espalier;

namespace {

constexpr real kMissing = std::numeric_limits<real>::quiet_NaN();

void add_classes(Metric& metric, const std::vector<real>& logits, Index classes,
                 const std::vector<std::int32_t>& labels) {
  const auto rows = static_cast<Index>(labels.size());
  metric.add({logits.data(), {rows, classes}}, {{labels.data(), {rows}}, {}});
}

void add_values(Metric& metric, const std::vector<real>& prediction,
                const std::vector<real>& target, Index outputs) {
  const Shape shape{static_cast<Index>(target.size()) / outputs, outputs};
  metric.add({prediction.data(), shape}, {{}, {target.data(), shape}});
}

std::vector<real> random_numbers(std::size_t count, const char* name, double mean) {
  RandomStream random(1, name);
  std::vector<real> x(count);
  for (real& n : x) n = static_cast<real>(mean + random.normal());
  return x;
}

}  // namespace

TEST_CASE("accuracy counts labelled rows whose largest logit is the label") {
  const auto accuracy = make_accuracy();
  CHECK(accuracy->name() == "accuracy");
  CHECK(accuracy->higher_is_better());
  CHECK(std::isnan(accuracy->value()));
  add_classes(*accuracy, {0, 1, 2, /**/ 5, 1, 2, /**/ 0, 9, 0}, 3, {2, 1, 1});
  CHECK(accuracy->value() == doctest::Approx(2.0 / 3.0));
  add_classes(*accuracy, {0, 1, 2, /**/ 3, 0, 0}, 3, {-1, 0});  // missing, right
  CHECK(accuracy->value() == doctest::Approx(3.0 / 4.0));
  accuracy->reset();
  CHECK(std::isnan(accuracy->value()));
  add_classes(*accuracy, {1, 2}, 2, {-1});
  CHECK(std::isnan(accuracy->value()));
}

TEST_CASE("of equal logits the first one counts") {
  const auto accuracy = make_accuracy();
  add_classes(*accuracy, {4, 4, 4, /**/ 4, 4, 4, /**/ 1, 4, 4}, 3, {0, 1, 1});
  CHECK(accuracy->value() == doctest::Approx(2.0 / 3.0));
}

TEST_CASE("rmse and mae are means over labelled elements of all batches") {
  const auto rmse = make_rmse(), mae = make_mae();
  CHECK(rmse->name() == "rmse");
  CHECK(mae->name() == "mae");
  CHECK_FALSE(rmse->higher_is_better());
  CHECK_FALSE(mae->higher_is_better());
  for (Metric* metric : {rmse.get(), mae.get()}) {
    CHECK(std::isnan(metric->value()));
    add_values(*metric, {1, 2, 3, 4}, {1, 4, kMissing, 1}, 2);
    add_values(*metric, {0}, {-6}, 1);
  }
  CHECK(rmse->value() == doctest::Approx(std::sqrt((0.0 + 4.0 + 9.0 + 36.0) / 4.0)));
  CHECK(mae->value() == doctest::Approx((0.0 + 2.0 + 3.0 + 6.0) / 4.0));
}

TEST_CASE("r2 averages over outputs and keeps its digits far from zero") {
  constexpr std::size_t kRows = 400;
  for (const double mean : {0.0, 3000.0}) {
    const auto target = random_numbers(kRows * 2, "target", mean);
    auto prediction = target;
    const auto noise = random_numbers(kRows * 2, "noise", 0.0);
    for (std::size_t i = 0; i < noise.size(); ++i) prediction[i] += real(0.5) * noise[i];
    const auto r2 = make_r2(2);
    CHECK(r2->higher_is_better());
    const auto half = static_cast<std::ptrdiff_t>(kRows);
    add_values(*r2, {prediction.begin(), prediction.begin() + half},
               {target.begin(), target.begin() + half}, 2);
    add_values(*r2, {prediction.begin() + half, prediction.end()},
               {target.begin() + half, target.end()}, 2);
    double wanted = 0.0;
    for (const std::size_t o : {0U, 1U}) {
      double average = 0.0, residual = 0.0, total = 0.0;
      for (std::size_t i = o; i < target.size(); i += 2) {
        average += static_cast<double>(target[i]) / kRows;
      }
      for (std::size_t i = o; i < target.size(); i += 2) {
        residual +=
            std::pow(static_cast<double>(prediction[i]) - static_cast<double>(target[i]), 2);
        total += std::pow(static_cast<double>(target[i]) - average, 2);
      }
      wanted += (1.0 - residual / total) / 2.0;
    }
    CHECK(r2->value() == doctest::Approx(wanted).epsilon(1e-9));
  }
}

TEST_CASE("r2 of the mean is 0, of the truth 1, of a constant target undefined") {
  const std::vector<real> target = {1, 2, 3, 6};
  const auto r2 = make_r2(1);
  CHECK(std::isnan(r2->value()));
  add_values(*r2, {3, 3, 3, 3}, target, 1);
  CHECK(r2->value() == doctest::Approx(0.0));
  r2->reset();
  add_values(*r2, target, target, 1);
  CHECK(r2->value() == 1.0);
  r2->reset();
  add_values(*r2, {1, 2, 100}, {4, 4, kMissing}, 1);
  CHECK(std::isnan(r2->value()));
}

TEST_CASE("a measure continues from its sums to the same bits") {
  const auto target = random_numbers(60, "target", 5.0), prediction = random_numbers(60, "p", 5.0);
  const std::vector<real> first_p(prediction.begin(), prediction.begin() + 30),
      second_p(prediction.begin() + 30, prediction.end());
  const std::vector<real> first_t(target.begin(), target.begin() + 30),
      second_t(target.begin() + 30, target.end());
  using Make = std::unique_ptr<Metric> (*)();
  const Make makers[] = {make_rmse, make_mae, [] { return make_r2(3); }};
  for (const Make make : makers) {
    const auto whole = make(), resumed = make();
    CAPTURE(whole->name());
    add_values(*whole, first_p, first_t, 3);
    const std::vector<double> state(whole->sums().begin(), whole->sums().end());
    add_values(*whole, second_p, second_t, 3);
    REQUIRE(resumed->sums().size() == state.size());
    std::ranges::copy(state, resumed->sums().begin());
    add_values(*resumed, second_p, second_t, 3);
    CHECK(resumed->value() == whole->value());
  }
}
