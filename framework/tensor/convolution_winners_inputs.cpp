#include <algorithm>
#include <array>

#include "core/parallel.hpp"
#include "tensor/block_sums.hpp"
#include "tensor/convolution_winners.hpp"

namespace espalier::convolution::winners {

namespace {

using block_sums::Entry;
using block_sums::Sum;
using pool_halves::kPixels;
using simd::kLanes;

constexpr Index kMostOutputs = 4095;  // see Image::Counts

/// What all threads read: the weights (O, KH, KW C) with pixels of whole vectors. What each has: an
/// image of dX of each lane, with its border; and a sum for each pixel that pooling chose from,
/// with an entry for each output that won there.
struct Layout {
  Index pixel, row;  // from pixel to pixel, from row to row
  Index block_row, block_numbers;
  Index width, rows;  // places of pooling in a row, and rows that are looked at at once
  Index weights, image, sums, entries;

  Layout(const Window& v, Index outputs)
      : pixel(simd::whole_vectors(v.channels)),
        row((v.width + 2 * v.padding) * pixel),
        block_row(v.kernel_width * pixel),
        block_numbers(v.kernel_height * block_row),
        width(v.out_width() / 2),
        rows(std::clamp<Index>(block_sums::kMostEntries / (kPixels * width * outputs), 1,
                               v.out_height() / 2)),
        weights(outputs * block_numbers),
        image((v.height + 2 * v.padding) * row),
        sums(simd::in_numbers<Sum>(kPixels * rows * width)),
        entries(simd::in_numbers<Entry>((kPixels * rows * width + 1) * outputs)) {}

  Index each(Index lanes) const { return lanes * image + sums + entries; }
};

/// dX of an image in some lanes, as one thread makes it.
class Image {
 public:
  Image(const Window& v, const Layout& layout, Index outputs, const real* weights, Index lanes,
        real* place)
      : v_(v),
        layout_(layout),
        outputs_(outputs),
        weights_(weights),
        lanes_(lanes),
        images_(place),
        sums_(reinterpret_cast<Sum*>(place + lanes * layout.image)),
        entries_(reinterpret_cast<Entry*>(place + lanes * layout.image + layout.sums)) {}

  /// dX = sum over winners of dY times the weights, turned where they belong.
  void sum(const std::uint8_t* winners, std::span<const block_sums::Lane> lanes) {
    std::fill_n(images_, lanes_ * layout_.image, real{0});
    const Index height = v_.out_height() / 2;
    for (Index y = 0; y < height; y += layout_.rows) {
      look(winners, y, std::min(y + layout_.rows, height));
      block_sums::add({sums_, used_}, entries_,
                      {.rows = v_.kernel_height,
                       .vectors = layout_.block_row / kLanes,
                       .from = weights_,
                       .from_row = layout_.block_row,
                       .to_row = layout_.row},
                      lanes);
    }
  }

  real* of(std::size_t lane) const { return images_ + static_cast<Index>(lane) * layout_.image; }

  void put(std::size_t lane, bool add, real* dx) const {
    const real* from = of(lane) + v_.padding * (layout_.row + layout_.pixel);
    const real* const end = dx + v_.image_size();
    for (Index y = 0; y < v_.height; ++y, from += layout_.row) {
      for (Index x = 0; x < v_.width; ++x, dx += v_.channels) {
        put_pixel(from + x * layout_.pixel, add, dx, end);
      }
    }
  }

 private:
  /// Says which outputs won at each pixel of these rows of pooling; nobody's are left out.
  void look(const std::uint8_t* winners, Index begin, Index end) {
    const Index right = v_.stride * layout_.pixel, down = v_.stride * layout_.row;
    const std::array<Index, kPixels> pixel = {0, right, down, down + right};
    used_ = 0;
    Index at = begin * layout_.width * outputs_, first = 0;
    for (Index y = begin; y < end; ++y) {
      for (Index x = 0; x < layout_.width; ++x, at += outputs_, first += kPixels * outputs_) {
        const Counts counts = sort(at, winners + at, entries_ + first);
        for (std::size_t p = 0; p < pixel.size(); ++p) {
          sums_[used_] = {static_cast<std::int32_t>(2 * (y * down + x * right) + pixel[p]),
                          static_cast<std::int32_t>(first + static_cast<Index>(p) * outputs_),
                          counts.of(p)};
          used_ += counts.of(p) > 0 ? 1U : 0U;
        }
      }
    }
  }

  /// How many outputs each pixel has, and nobody: twelve bits each, so that counting stays in a
  /// register.
  struct Counts {
    std::uint64_t all = 0;
    std::int32_t of(std::size_t p) const {
      return static_cast<std::int32_t>(all >> (p * 12U) & 4095U);
    }
  };

  /// The outputs of a place of pooling by the pixel that won, nobody's last, where the next place's
  /// entries are yet to come.
  Counts sort(Index at, const std::uint8_t* winners, Entry* entries) const {
    Counts counts;
    const auto block = static_cast<std::int32_t>(layout_.block_numbers);
    for (Index o = 0; o < outputs_; ++o) {
      const std::size_t who = winners[o];
      entries[static_cast<Index>(who) * outputs_ + counts.of(who)] = {
          static_cast<std::int32_t>(at + o), static_cast<std::int32_t>(o) * block};
      counts.all += std::uint64_t{1} << (who * 12U);
    }
    return counts;
  }

  // What is written too far belongs to pixels that follow.
  void put_pixel(const real* from, bool add, real* to, const real* end) const {
    if (add || end - to < layout_.pixel) {
      for (Index c = 0; c < v_.channels; ++c) to[c] = add ? to[c] + from[c] : from[c];
      return;
    }
    for (Index c = 0; c < v_.channels; c += kLanes) simd::store(to + c, simd::load(from + c));
  }

  Window v_;
  const Layout& layout_;
  Index outputs_;
  const real* weights_;
  Index lanes_;
  real* images_;
  Sum* sums_;
  std::size_t used_ = 0;
  Entry* entries_;
};

double lanes_cost(const Window& v, Index outputs, Index lanes) {
  const Layout layout(v, outputs);
  const Index farthest = std::max({layout.weights, layout.image, v.positions() * outputs});
  if (outputs > kMostOutputs || !block_sums::reach(farthest)) return kNever;
  constexpr double kSums = 32.0;  // what a vector of sums costs, read and written for each pixel
  const Index places = v.positions() / kPixels, vectors = layout.block_numbers / kLanes;
  const double sums = static_cast<double>(kPixels * vectors) * kSums;
  return static_cast<double>(places) *
         (static_cast<double>(outputs) * kPut +
          static_cast<double>(lanes) * (1.3 * static_cast<double>(layout.weights) + sums));
}

double cost(const Window& v, Index outputs, bool pooled) {
  return pooled ? lanes_cost(v, outputs, 1) : kNever;
}

Index lanes_scratch(const Window& v, Index outputs, int threads, Index lanes) {
  const Layout layout(v, outputs);
  return layout.weights + threads * layout.each(lanes);
}

Index scratch(const Window& v, Index outputs, Index /*images*/, int threads, bool /*pooled*/) {
  return lanes_scratch(v, outputs, threads, 1);
}

void place_weights(const Window& v, const Layout& layout, Index outputs, const real* weight,
                   real* to) {
  const Index pixels = outputs * v.kernel_height * v.kernel_width;
  for (Index p = 0; p < pixels; ++p, weight += v.channels, to += layout.pixel) {
    std::fill(std::copy_n(weight, v.channels, to), to + layout.pixel, real{0});
  }
}

void run_lanes(const Window& v, Index images, const std::uint8_t* winners,
               std::span<const InputLane> lanes, Index outputs, const real* weight,
               std::span<real> scratch) {
  const Layout layout(v, outputs);
  place_weights(v, layout, outputs, weight, scratch.data());
  const Index each = layout.each(static_cast<Index>(lanes.size()));
  const Index most = (static_cast<Index>(scratch.size()) - layout.weights) / each;
  const Index grain = parallel::grain_for(images, most);
  const Index numbers = v.positions() / kPixels * outputs;
  parallel::for_pieces(images, grain, [&](int piece, Index begin, Index end) {
    Image image(v, layout, outputs, scratch.data(), static_cast<Index>(lanes.size()),
                scratch.data() + layout.weights + piece * each);
    std::array<block_sums::Lane, static_cast<std::size_t>(kMostLanes)> sums;
    for (Index n = begin; n < end; ++n) {
      for (std::size_t l = 0; l < lanes.size(); ++l) {
        sums[l] = {lanes[l].dy + n * numbers, image.of(l)};
      }
      image.sum(winners + n * numbers, {sums.data(), lanes.size()});
      for (std::size_t l = 0; l < lanes.size(); ++l) {
        image.put(l, lanes[l].add, lanes[l].dx + n * v.image_size());
      }
    }
  });
}

void run(const Window& v, Index images, const OutputGradient& dy, Index outputs, const real* weight,
         bool add, real* dx, std::span<real> scratch) {
  const InputLane lane{dy.dy, dx, add};
  run_lanes(v, images, dy.winners, {&lane, 1}, outputs, weight, scratch);
}

}  // namespace

const InputGradientWay kInputGradient = {cost, scratch, run, lanes_cost, lanes_scratch, run_lanes};

}  // namespace espalier::convolution::winners
