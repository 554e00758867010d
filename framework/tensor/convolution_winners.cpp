#include "tensor/convolution_winners.hpp"

#include <array>
#include <limits>

#include "core/parallel.hpp"
#include "tensor/block_sums.hpp"

namespace espalier::convolution::winners {

namespace {

using block_sums::Entry;
using simd::kLanes;

constexpr Index kPixels = 4;  // that one of wins

/// What each thread has, lengths in numbers: sums, a block for each output; an image with its
/// border; the corner of the four windows at each pooled position; and the entries of an output.
/// Pixels lie one after the other, or each in whole vectors, as they are read faster.
struct Layout {
  Index pixel, row;  // from pixel to pixel, from row to row
  block_sums::Block block;
  Index block_row, block_numbers;
  Index sums, image, corners, entries;

  Layout(const Window& v, Index outputs)
      : pixel(pixel_of(v)),
        row((v.width + 2 * v.padding) * pixel),
        block(v.kernel_height, simd::whole_vectors(v.kernel_width * pixel) / kLanes),
        block_row(block.vectors * kLanes),
        block_numbers(block.rows * block_row),
        sums(outputs * block_numbers),
        // The last window reads whole vectors.
        image(simd::whole_vectors((v.height + 2 * v.padding) * row) + kLanes),
        corners(simd::in_numbers<std::int32_t>(v.positions() / kPixels)),
        entries(simd::in_numbers<Entry>(v.positions() / kPixels)) {}

  Index each() const { return sums + image + corners + entries; }
  bool apart(const Window& v) const { return pixel > v.channels; }

 private:
  // A vector that begins anywhere lies in two lines of the cache.
  static Index pixel_of(const Window& v) {
    const Index whole = simd::whole_vectors(v.channels);
    const Index close = 2 * simd::whole_vectors(v.kernel_width * v.channels);
    return v.kernel_width * whole <= close ? whole : v.channels;
  }
};

/// The windows of one image after the other, as one thread sees them.
class Windows {
 public:
  Windows(const Window& v, const Layout& layout, real* place)
      : v_(v),
        layout_(layout),
        image_(place),
        corners_(reinterpret_cast<std::int32_t*>(image_ + layout.image)),
        entries_(reinterpret_cast<Entry*>(image_ + layout.image + layout.corners)) {
    std::fill_n(image_, layout.image, real{0});
    const Index right = v.stride * layout.pixel, down = v.stride * layout.row;
    const Index width = v.out_width() / 2;
    for (Index p = 0; p < v.positions() / kPixels; ++p) {
      corners_[p] = static_cast<std::int32_t>(2 * (p / width * down + p % width * right));
    }
    const auto step = [](Index i) { return static_cast<std::int32_t>(i); };
    winner_ = {0, step(right), step(down), step(down + right), 0};
  }

  /// Takes the pixels of an image. Those that lie apart are moved in whole vectors, and cut off.
  void put(const real* x) {
    const Index line = v_.width * v_.channels;
    const real* const end = x + v_.image_size();
    real* to = image_ + v_.padding * (layout_.row + layout_.pixel);
    for (Index y = 0; y < v_.height; ++y, to += layout_.row) {
      if (!layout_.apart(v_)) std::copy_n(x + y * line, line, to);
      for (Index i = 0; layout_.apart(v_) && i < v_.width; ++i, x += v_.channels) {
        put_pixel(x, end, to + i * layout_.pixel);
      }
    }
  }

  /// sums += the gradients of one output times what their windows show; nobody's are left out.
  void add(const OutputGradient& dy, Index outputs, Index output, real* sums) {
    Entry* end = entries_;
    for (Index p = 0; p < v_.positions() / kPixels; ++p) {
      const Index i = p * outputs + output;
      const std::uint8_t who = dy.winners[i];
      *end = {dy.dy[i], corners_[p] + winner_[who]};
      end += who != pool_halves::kNobody ? 1 : 0;
    }
    block_sums::add({entries_, end}, layout_.block, image_, layout_.row, sums, layout_.block_row);
  }

 private:
  void put_pixel(const real* x, const real* end, real* to) const {
    if (end - x < layout_.pixel) {
      std::copy_n(x, v_.channels, to);
      return;
    }
    Index c = 0;
    for (; c + kLanes <= v_.channels; c += kLanes) simd::store(to + c, simd::load(x + c));
    simd::store(to + c, simd::first(v_.channels - c, simd::load(x + c)));
  }

  Window v_;
  const Layout& layout_;
  real* image_;
  std::int32_t* corners_;
  Entry* entries_;
  std::array<std::int32_t, kPixels + 1> winner_ = {};
};

double cost(const Window& v, Index outputs, bool pooled) {
  const Layout layout(v, outputs);
  constexpr auto kFarthest = static_cast<Index>(std::numeric_limits<std::int32_t>::max());
  if (!pooled || layout.image > kFarthest) return kNever;  // what entries can say
  constexpr double kPut = 80.0;  // what a number costs that becomes an entry
  constexpr double kEnd = 2.0;   // sums are read and written: for each image
  const double load = layout.pixel % kLanes == 0 ? 1.3 : 2.6;
  const auto positions = static_cast<double>(v.positions() / kPixels);
  return static_cast<double>(outputs) * positions * kPut +
         static_cast<double>(layout.sums) * (positions * load + kEnd);
}

Index scratch(const Window& v, Index outputs, int threads, bool /*pooled*/) {
  return threads * Layout(v, outputs).each();
}

/// dW = beta dW + alpha (sums of all pieces)
void finish(const Window& v, const Layout& layout, Index outputs, int pieces, const real* sums,
            double alpha, double beta, real* dw) {
  const auto a = static_cast<real>(alpha), b = static_cast<real>(beta);
  constexpr Index kRows = 16;  // worth a thread
  parallel::for_pieces(outputs * v.kernel_height, kRows, [&](int, Index begin, Index end) {
    real* to = dw + begin * v.kernel_width * v.channels;
    for (Index row = begin; row < end; ++row) {
      for (Index pixel = 0; pixel < v.kernel_width; ++pixel) {
        const Index first = row * layout.block_row + pixel * layout.pixel;
        for (Index i = first; i < first + v.channels; ++i, ++to) {
          real sum = sums[i];
          for (int p = 1; p < pieces; ++p) sum += sums[p * layout.each() + i];
          *to = a * sum + (b == 0 ? real{0} : b * *to);
        }
      }
    }
  });
}

void weight_gradient(const Window& v, Index images, const real* x, const OutputGradient& dy,
                     Index outputs, double alpha, double beta, real* dw, std::span<real> scratch) {
  const Layout layout(v, outputs);
  const Index most = static_cast<Index>(scratch.size()) / layout.each();
  const Index grain = (images + most - 1) / most;
  parallel::for_pieces(images, grain, [&](int piece, Index begin, Index end) {
    real* const sums = scratch.data() + piece * layout.each();
    std::fill_n(sums, layout.sums, real{0});
    Windows windows(v, layout, sums + layout.sums);
    for (Index n = begin; n < end; ++n) {
      windows.put(x + n * v.image_size());
      const OutputGradient of_image = dy.from(n, v.positions() * outputs);
      for (Index o = 0; o < outputs; ++o) {
        windows.add(of_image, outputs, o, sums + o * layout.block_numbers);
      }
    }
  });
  finish(v, layout, outputs, parallel::pieces(images, grain), scratch.data(), alpha, beta, dw);
}

}  // namespace

const WeightGradientWay kWeightGradient = {cost, scratch, weight_gradient};

}  // namespace espalier::convolution::winners
