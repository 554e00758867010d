#include "balance/gram_properties.hpp"
#include "tensor/symmetric_eigen.hpp"

using namespace espalier;
using namespace espalier::test;

TEST_CASE("aligned gives the published weights, of a sum where they are of a mean") {
  check_published("aligned", {}, {0.2133, 0.9673, 0.9673}, 0.5, {0.5591, 0.4083});
}

TEST_CASE("aligned leaves orthogonal gradients of one length alone and evens lengths") {
  const auto method = method_named("aligned");
  check_weights(solve_rows(*method, {{2, 0, 0}, {0, 0, 2}, {0, -2, 0}}).weights, {1, 1, 1}, 1e-14);
  const Rows lengths = {{1, 0, 0}, {0, 2, 0}, {0, 0, 5}};
  check_weights(solve_rows(*method, lengths).weights, {1, 0.5, 0.2}, 1e-14);
  const auto median = method_named("aligned", {{"scale_mode", std::string("median")}});
  check_weights(solve_rows(*median, lengths).weights, {2, 1, 0.4}, 1e-14);
  const auto rmse = method_named("aligned", {{"scale_mode", std::string("rmse")}});
  const double root = std::sqrt(10.0);  // (1 + 4 + 25) / 3
  check_weights(solve_rows(*rmse, lengths).weights, {root, root / 2, root / 5}, 1e-13);
  // Of an even number the lower median.
  check_weights(solve_rows(*median, {{1, 0}, {0, 2}}).weights, {1, 0.5}, 1e-14);
  CHECK(solve_rows(*method, {{3, -4}}).weights[0] == doctest::Approx(1.0));
}

// With w = B 1 and B = sqrt(m) G^(-1/2): d is the sum of n orthogonal vectors of length sqrt(m),
// and B^-1 w = 1.
TEST_CASE("aligned gradients are orthogonal and as long as the smallest singular value") {
  for (const std::string mode : {"min", "median", "rmse"}) {
    const auto method = method_named("aligned", {{"scale_mode", mode}});
    for_random_rows(131, true, [&](const Rows& rows) {
      const std::size_t n = rows.size();
      const auto w = solve_rows(*method, rows).weights;
      const auto gram = gram_of(rows);
      solve::SymmetricEigen eigen;
      eigen.decompose(gram, n);
      if (eigen.values()[n - 1] < 1e-5 * eigen.values()[0]) return;
      double m = eigen.values()[n - 1];
      if (mode == "median") m = eigen.values()[n / 2];
      if (mode == "rmse") m = gram::trace(gram, n) / static_cast<double>(n);
      CHECK(gram::squared_norm(gram, w) == doctest::Approx(m * static_cast<double>(n)));
      for (std::size_t i = 0; i < n; ++i) {
        double one = 0.0;
        for (std::size_t k = 0; k < n; ++k) {
          const auto v = eigen.vector(k);
          one += v[i] * std::sqrt(eigen.values()[k] / m) *
                 std::inner_product(v.begin(), v.end(), w.begin(), 0.0);
        }
        CHECK(one == doctest::Approx(1.0).epsilon(1e-7));
      }
    });
  }
}

TEST_CASE("aligned drops directions that no gradient has") {
  const auto method = method_named("aligned");
  check_weights(solve_rows(*method, {{1, 2}, {1, 2}}).weights, {1, 1}, 1e-12);
  check_weights(solve_rows(*method, {{1, 2}, {-1, -2}}).weights, {0, 0}, 1e-12);
  check_weights(solve_rows(*method, {{2, 0}, {2, 0}, {0, 1}}).weights,
                {std::sqrt(1.0 / 8.0), std::sqrt(1.0 / 8.0), 1}, 1e-12);
}

TEST_CASE("aligned_ub is aligned on the trunk's output") {
  const auto aligned = method_named("aligned");
  const auto ub = method_named("aligned_ub", {{"scale_mode", std::string("min")}});
  CHECK_FALSE(aligned->needs().features);
  CHECK(ub->needs().gram);
  CHECK(ub->needs().features);
  CHECK(aligned->layerwise());
  CHECK_FALSE(ub->layerwise());
  CHECK(solve_rows(*aligned, kPublished).weights == solve_rows(*ub, kPublished).weights);
}

TEST_CASE("aligned has the properties of its kind") {
  check_finite("aligned");
  check_permutation("aligned");
  check_scaling("aligned", 0.0);
  check_zero_rows("aligned");
  check_finite("aligned", {{"scale_mode", std::string("median")}});
}
