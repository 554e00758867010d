// A program that knows of Espalier by pkg-config only.
#include <cstdio>

#include "espalier/plugin.hpp"
#include "espalier/xtensor_view.hpp"

int main() {
  espalier::real numbers[6] = {0, 1, 2, 3, 4, 5};
  const espalier::Tensor tensor{numbers, {2, 3}};
  std::printf("%s %d", espalier::to_string(tensor.shape).c_str(),
              static_cast<int>(espalier::view<2>(tensor)(1, 2)));
}
