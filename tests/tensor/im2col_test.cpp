#include "tensor/im2col.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "espalier/random.hpp"
#include "tensor/blas.hpp"

namespace espalier {

namespace {

const std::vector<Window>& windows() {
  static const std::vector<Window> all = {
      {5, 7, 3, 3, 3, 1, 1},  {5, 7, 1, 3, 3, 1, 1}, {6, 5, 1, 5, 5, 1, 2}, {7, 6, 2, 3, 2, 2, 1},
      {4, 4, 33, 2, 2, 2, 0}, {2, 3, 1, 3, 3, 1, 3}, {5, 5, 7, 1, 1, 3, 0}, {3, 3, 1, 1, 3, 1, 0}};
  return all;
}

std::vector<real> random_numbers(Index count, std::string_view name) {
  RandomStream random(1, name);
  std::vector<real> numbers(static_cast<std::size_t>(count));
  for (real& number : numbers) number = static_cast<real>(random.uniform() - 0.5);
  return numbers;
}

// The pixel under kernel cell (ky, kx) when the window stands at (oy, ox); 0 in the border.
real pixel(const Window& w, const real* image, Index oy, Index ox, Index ky, Index kx, Index c) {
  const Index y = oy * w.stride - w.padding + ky, x = ox * w.stride - w.padding + kx;
  if (y < 0 || x < 0 || y >= w.height || x >= w.width) return 0;
  return image[(y * w.width + x) * w.channels + c];
}

}  // namespace

TEST_CASE("im2col lists what the window sees at every place") {
  constexpr Index kImages = 3;
  for (const Window& w : windows()) {
    const std::vector<real> x = random_numbers(kImages * w.image_size(), "x");
    std::vector<real> columns(static_cast<std::size_t>(kImages * w.positions() * w.column_size()),
                              std::numeric_limits<real>::quiet_NaN());
    im2col(w, kImages, x.data(), columns.data());
    std::vector<real> expected;
    for (Index n = 0; n < kImages; ++n) {
      for (Index p = 0; p < w.positions(); ++p) {
        for (Index k = 0; k < w.column_size(); ++k) {
          const Index cell = k / w.channels;
          expected.push_back(pixel(w, x.data() + n * w.image_size(), p / w.out_width(),
                                   p % w.out_width(), cell / w.kernel_width, cell % w.kernel_width,
                                   k % w.channels));
        }
      }
    }
    CHECK(columns == expected);
  }
}

TEST_CASE("col2im is the transposed map of im2col, and adds") {
  constexpr Index kImages = 2;
  for (const Window& w : windows()) {
    const Index pixels = kImages * w.image_size();
    const Index numbers = kImages * w.positions() * w.column_size();
    const std::vector<real> x = random_numbers(pixels, "x"), c = random_numbers(numbers, "c");
    std::vector<real> columns(static_cast<std::size_t>(numbers));
    im2col(w, kImages, x.data(), columns.data());
    std::vector<real> back(static_cast<std::size_t>(pixels), real{0});
    col2im_add(w, kImages, c.data(), back.data());
    CHECK(blas::dot(numbers, columns.data(), c.data()) ==
          doctest::Approx(blas::dot(pixels, x.data(), back.data())).epsilon(1e-4));
    std::vector<real> twice = back;
    col2im_add(w, kImages, c.data(), twice.data());
    for (std::size_t i = 0; i < twice.size(); ++i) {
      CHECK(twice[i] == doctest::Approx(static_cast<double>(2 * back[i])).epsilon(1e-5));
    }
  }
}

}  // namespace espalier
