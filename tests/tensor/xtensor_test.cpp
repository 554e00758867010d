#include "espalier/xtensor_view.hpp"

#include <doctest/doctest.h>

#include <type_traits>
#include <vector>
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xpad.hpp>

namespace espalier {

TEST_CASE("a dynamic shape stays dynamic under g++ in C++20") {
  // Fails where xtensor_compat.hpp is not included first.
  using Temporary = xt::temporary_type_t<xt::xarray<float>>;
  CHECK(std::is_same_v<Temporary, xt::xarray<float>>);

  const xt::xarray<float> a = {{1, 2, 3}, {4, 5, 6}};
  const auto doubled = xt::eval(a * 2.0F);
  CHECK(doubled.dimension() == 2);
  CHECK(doubled(1, 2) == 12.0F);
  const xt::xarray<float> sums = xt::sum(a, {0}, xt::evaluation_strategy::immediate);
  CHECK(sums.dimension() == 1);
  CHECK(sums(2) == 9.0F);
  CHECK(xt::xarray<float>(xt::pad(a, 1))(1, 1) == 1.0F);
}

TEST_CASE("a view reads and writes the tensor's own memory") {
  std::vector<real> numbers = {1, 2, 3, 4, 5, 6};
  const Tensor tensor{numbers.data(), {2, 3}};
  auto y = view<2>(tensor);
  CHECK(y(1, 0) == real{4});
  xt::noalias(y) = y * real{10};
  CHECK(numbers == std::vector<real>{10, 20, 30, 40, 50, 60});
  CHECK(view<2>(ConstTensor(tensor))(0, 2) == real{30});
}

}  // namespace espalier
