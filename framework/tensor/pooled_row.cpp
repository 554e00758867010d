#include "tensor/pooled_row.hpp"

#include "tensor/image_block.hpp"
#include "tensor/pool_vectors.hpp"

namespace espalier::image_block {

namespace {

using simd::kLanes;
using simd::Mask;
using simd::Vector;

}  // namespace

Index PooledRow::numbers(const Window& v, Index outputs) {
  const Index vectors = v.out_width() / 2 * outputs * kLanes;
  return vectors + simd::in_numbers<std::uint8_t>(vectors);
}

PooledRow::PooledRow(const Window& v, Index outputs, real* place)
    : outputs_(outputs),
      width_(v.out_width() / 2),
      line_(width_ * outputs),
      image_(v.out_height() / 2 * line_),
      vectors_(place),
      winners_(reinterpret_cast<std::uint8_t*>(place + line_ * kLanes)) {}

// f(the four pixels under a place, where its vector lies)
template <class Pixel, class F>
void PooledRow::each_place(Pixel* rows, F&& f) const {
  const Index step = outputs_ * kLanes, line = 2 * width_ * step;
  for (Index x = 0; x < width_; ++x) {
    for (Index o = 0; o < outputs_; ++o) {
      Pixel* const corner = rows + 2 * x * step + o * kLanes;
      f({corner, corner + step, corner + line, corner + line + step}, (x * outputs_ + o) * kLanes);
    }
  }
}

void PooledRow::put(const real* rows, Index first_image, Index images, Index row,
                    const OutputPlace& y) const {
  const Index to = first_image * image_ + row * line_;
  if (y.won != nullptr) {
    gather(y.won + to, images, image_, line_, winners_);
    each_place(rows, [&](const real* const(&pixels)[4], Index i) {
      simd::store(vectors_ + i, pool_halves::picked(pool_halves::winners_of(winners_ + i), pixels));
    });
  } else {
    each_place(rows, [&](const real* const(&pixels)[4], Index i) {
      const auto [best, winner] = pool_halves::largest_of(pixels);
      const Vector zero = {};
      const Mask who = best > zero ? winner : Mask{} + pool_halves::kNobody;
      simd::store(vectors_ + i, best <= zero ? zero : best);
      pool_halves::store_winners(winners_ + i, who);
    });
    scatter(winners_, images, image_, line_, y.winners + to);
  }
  scatter(vectors_, images, image_, line_, y.add, y.y + to);
}

void PooledRow::take(const OutputGradient& dy, Index first_image, Index images, Index row,
                     real* rows) const {
  const Index from = first_image * image_ + row * line_;
  gather(dy.dy + from, images, image_, line_, vectors_);
  gather(dy.winners + from, images, image_, line_, winners_);
  each_place(rows, [&](real* const(&pixels)[4], Index i) {
    pool_halves::give(simd::load(vectors_ + i), pool_halves::winners_of(winners_ + i), pixels);
  });
}

}  // namespace espalier::image_block
