#include "espalier/balance_conventions.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "core/set_fields.hpp"

using namespace espalier;

namespace {

// Rows (-4, 1, 1) and (6, 1, 1).
const std::vector<double> kGram = {18, -22, -22, 38};

std::vector<double> applied(const char* scale, std::vector<double> weights,
                            const std::vector<double>& gram = kGram) {
  BalanceConventions conventions;
  conventions.scale = scale;
  conventions.apply_scale(gram, weights);
  return weights;
}

double norm(const std::vector<double>& w) {
  return std::sqrt(w[0] * w[0] * 18 - 2 * 22 * w[0] * w[1] + w[1] * w[1] * 38);
}

}  // namespace

TEST_CASE("native keeps the weights") {
  CHECK(applied("native", {2, -0.5}) == std::vector<double>{2, -0.5});
  CHECK(BalanceConventions().scale == "native");
  CHECK(BalanceConventions().heads == "plain");
}

TEST_CASE("weights are rescaled to a sum") {
  CHECK(applied("sum_to_one", {1, 3}) == std::vector<double>{0.25, 0.75});
  CHECK(applied("sum_to_tasks", {1, 3}) == std::vector<double>{0.5, 1.5});
  CHECK(applied("sum_to_tasks", {1, -3}) == std::vector<double>{-1, 3});  // the sum, not the signs
  CHECK(applied("sum_to_one", {1, -1}) == std::vector<double>{1, -1});
  CHECK(applied("sum_to_tasks", {0, 0}) == std::vector<double>{0, 0});
}

TEST_CASE("the direction is rescaled to the norm of the plain sum") {
  const std::vector<double> w = applied("norm_of_equal", {2.2222, 1.5789});
  CHECK(norm(w) == doctest::Approx(norm({1, 1})));
  CHECK(w[0] / w[1] == doctest::Approx(2.2222 / 1.5789));
  CHECK(applied("norm_of_equal", {1, 1}) == std::vector<double>{1, 1});
}

TEST_CASE("a direction without length, or a plain sum without, is left as it is") {
  CHECK(applied("norm_of_equal", {0, 0}) == std::vector<double>{0, 0});
  CHECK(applied("norm_of_equal", {2, 3}, {0, 0, 0, 0}) == std::vector<double>{2, 3});
  CHECK(applied("norm_of_equal", {2, 3}, {1, -1, -1, 1}) == std::vector<double>{2, 3});
}

TEST_CASE("only the norm needs the gram matrix") {
  BalanceConventions conventions;
  for (const char* scale : {"native", "sum_to_tasks", "sum_to_one"}) {
    conventions.scale = scale;
    CHECK_FALSE(conventions.needs_gram());
  }
  test::configure(conventions,
                  {{"scale", std::string("norm_of_equal")}, {"heads", std::string("weighted")}});
  CHECK(conventions.needs_gram());
  CHECK(conventions.heads == "weighted");
}
