#include "balance/gradient_record.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "balance/method.hpp"

using namespace espalier;
using namespace espalier::test;

TEST_CASE("cosines, conflicts, norm ratio and condition number are means over steps") {
  GradientRecord record(2);
  CHECK(record.parts() == 0);
  record.add(0, gram_of({{3, 0}, {0, 4}}), 2);   // orthogonal; norms 3, 4; G = diag(9, 16)
  record.add(0, gram_of({{1, 0}, {-1, 1}}), 2);  // cosine -1/sqrt 2; norms 1, sqrt 2
  const GradientRecord::Part& part = record.part(0);
  CHECK(part.steps == 2.0);
  CHECK(part.conflicting_steps == 1.0);
  CHECK(part.mean_cosine(0, 1, 2) == doctest::Approx(-std::sqrt(0.5) / 2.0));
  CHECK(part.conflict_share(1, 0, 2) == 0.5);
  CHECK(std::exp(part.log_norm_ratio / 2.0) ==
        doctest::Approx(std::sqrt(4.0 / 3.0 * std::sqrt(2.0))));
  // G = [[1, -1], [-1, 2]] has eigenvalues (3 +- sqrt 5) / 2.
  const double second = (3.0 + std::sqrt(5.0)) / (3.0 - std::sqrt(5.0));
  CHECK(part.log_condition == doctest::Approx(std::log(16.0 / 9.0) + std::log(second)));
}

TEST_CASE("a task without a gradient takes part in nothing") {
  GradientRecord record(3);
  record.add(0, gram_of({{1, 0}, {0, 0}, {-1, 0}}), 3);
  const GradientRecord::Part& part = record.part(0);
  CHECK(part.mean_cosine(0, 2, 3) == doctest::Approx(-1.0));
  CHECK(part.mean_cosine(0, 1, 3) == 0.0);
  CHECK(part.log_condition == doctest::Approx(std::log(1e12)));  // opposite: singular
  record.add(0, gram_of({{1, 0}, {0, 0}, {0, 0}}), 3);           // no pair: no step
  CHECK(record.part(0).steps == 1.0);
}

TEST_CASE("a part of a larger matrix counts by its stride") {
  GradientRecord whole(2), part(2);
  whole.add(0, gram_of({{1, 2}, {3, -1}}), 2);
  part.add(0, gram_of({{1, 2}, {3, -1}, {5, 5}}), 3);
  CHECK(whole.state() == part.state());
}

TEST_CASE("a restored record goes on as if it had not stopped") {
  RandomStream random(1, "rows");
  GradientRecord straight(3);
  for (std::size_t k : {0U, 1U}) straight.add(k, gram_of(random_rows(random, 3, 4, 4)), 3);
  GradientRecord resumed(3);
  resumed.restore(straight.state());
  CHECK(resumed.parts() == 2);
  const std::vector<double> gram = gram_of(random_rows(random, 3, 4, 4));
  straight.add(1, gram, 3);
  resumed.add(1, gram, 3);
  CHECK(resumed.state() == straight.state());
  resumed.reset();
  CHECK(resumed.part(1).steps == 0.0);
  CHECK(resumed.part(1).mean_cosine(0, 1, 3) == 0.0);
}
