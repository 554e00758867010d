#include "balance/solve/pseudo_inverse.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "balance/method.hpp"
#include "espalier/gram.hpp"

using namespace espalier;

TEST_CASE("pseudo-inverse by hand") {
  solve::PseudoInverse inverse;
  inverse.decompose(std::vector<double>{1, 1, 1, 1}, 2, 1e-12);  // its own inverse, over 4
  CHECK(inverse.rank() == 1);
  std::vector<double> x(2);
  inverse.apply(std::vector<double>{3, 1}, x);
  CHECK(x[0] == doctest::Approx(1.0));
  CHECK(x[1] == doctest::Approx(1.0));
  inverse.apply(std::vector<double>{1, -1}, x);
  CHECK(std::abs(x[0]) < 1e-15);

  inverse.decompose(std::vector<double>{4, 0, 0, 1e-3}, 2, 1e-2);  // the small one counts as zero
  CHECK(inverse.rank() == 1);
  inverse.apply(std::vector<double>{8, 5}, x);
  CHECK(x == std::vector<double>{2, 0});
  inverse.decompose(std::vector<double>{4, 0, 0, 1e-3}, 2, 1e-4);
  CHECK(inverse.rank() == 2);

  inverse.decompose(std::vector<double>(9, 0.0), 3, 1e-12);
  CHECK(inverse.rank() == 0);
}

// The four Moore-Penrose conditions reduce to these for symmetric matrices: A A+ A b = A b, and A+
// b has no part in the null space, so that A+ A A+ b = A+ b.
TEST_CASE("pseudo-inverse of random Gram matrices") {
  RandomStream random(9, "pseudo");
  solve::PseudoInverse inverse;
  for (const double scale : {1e-10, 1.0, 1e15}) {
    for (std::size_t n = 2; n <= 20; ++n) {
      for (const std::size_t rank : {n, (n + 1) / 2}) {
        const auto gram = test::gram_of(test::random_rows(random, n, 3 * n, rank, scale));
        inverse.decompose(gram, n, 1e-13);
        CHECK(inverse.rank() == rank);
        std::vector<double> b(n);
        for (double& value : b) value = random.normal();
        std::vector<double> image(n);
        for (std::size_t i = 0; i < n; ++i) image[i] = gram::product(gram, i, b);
        std::vector<double> x(n);
        std::vector<double> again(n);
        inverse.apply(image, x);
        const double unit = scale * scale * static_cast<double>(n);
        for (std::size_t i = 0; i < n; ++i) {
          CHECK(std::abs(gram::product(gram, i, x) - image[i]) < 1e-9 * unit);
        }
        for (std::size_t i = 0; i < n; ++i) image[i] = gram::product(gram, i, x);
        inverse.apply(image, again);
        for (std::size_t i = 0; i < n; ++i) CHECK(std::abs(again[i] - x[i]) < 1e-5);
      }
    }
  }
}
