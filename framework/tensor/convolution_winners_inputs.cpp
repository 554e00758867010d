#include <algorithm>
#include <array>

#include "core/parallel.hpp"
#include "tensor/block_sums.hpp"
#include "tensor/convolution_winners.hpp"
#include "tensor/winner_blocks.hpp"
#include "tensor/winner_list.hpp"

namespace espalier::convolution::winners {

namespace {

using block_sums::Entry;
using block_sums::Sum;
using pool_halves::kPixels;
using simd::kLanes;

/// What all threads read: the weights. What each has: an image of dX of each lane, with its border;
/// sums, with an entry for each output that won; and where each output's weights begin.
struct Layout : BlocksLayout {
  Index line;          // from row to row of an image
  Index width;         // places of pooling in a row
  Index apart;         // entries from pixel to pixel
  Index most;          // of a place
  Index rows_at_once;  // of pooling that are looked at at once
  Index image, sums, entries, offsets;

  Layout(const Window& v, Index outputs)
      : BlocksLayout(choose(v, outputs)),
        line((v.width + 2 * v.padding) * pixel),
        width(v.out_width() / 2),
        apart((outputs + kSlack - 1) / kSlack * kSlack),
        most(whole ? outputs : kPixels * apart),
        rows_at_once(
            std::clamp<Index>(block_sums::kMostEntries / (width * most), 1, v.out_height() / 2)),
        // The last block reaches beyond its pixels.
        image(simd::whole_vectors((v.height + 2 * v.padding) * line) + kLanes),
        sums(simd::in_numbers<Sum>(kPixels * rows_at_once * width)),
        entries(simd::in_numbers<Entry>(rows_at_once * width * most + apart)),
        offsets(simd::in_numbers<std::int32_t>(outputs)) {}

  Index each(Index lanes) const { return lanes * image + sums + entries + offsets; }
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
        entries_(reinterpret_cast<Entry*>(place + lanes * layout.image + layout.sums)),
        offsets_(
            reinterpret_cast<std::int32_t*>(reinterpret_cast<real*>(entries_) + layout.entries)) {
    for (Index o = 0; o < outputs; ++o) {
      offsets_[o] = static_cast<std::int32_t>(o * layout.output);
    }
  }

  /// dX = sum over winners of dY times the weights, turned where they belong.
  void sum(const std::uint8_t* winners, std::span<const block_sums::Lane> lanes) {
    std::fill_n(images_, lanes_ * layout_.image, real{0});
    const Index height = v_.out_height() / 2;
    for (Index y = 0; y < height; y += layout_.rows_at_once) {
      const Index end = std::min(y + layout_.rows_at_once, height);
      used_ = 0;
      layout_.whole ? look_at_places(winners, y, end) : look_at_pixels(winners, y, end);
      block_sums::add({sums_, used_}, entries_,
                      {.rows = layout_.rows,
                       .vectors = layout_.row / kLanes,
                       .from = weights_,
                       .from_row = layout_.row,
                       .to_row = layout_.line},
                      lanes);
    }
  }

  real* of(std::size_t lane) const { return images_ + static_cast<Index>(lane) * layout_.image; }

  void put(std::size_t lane, bool add, real* dx) const {
    const real* from = of(lane) + v_.padding * (layout_.line + layout_.pixel);
    const real* const end = dx + v_.image_size();
    for (Index y = 0; y < v_.height; ++y, from += layout_.line) {
      if (layout_.pixel == v_.channels) {
        put_numbers(from, v_.width * v_.channels, add, dx);
        dx += v_.width * v_.channels;
        continue;
      }
      for (Index x = 0; x < v_.width; ++x, dx += v_.channels) {
        put_pixel(from + x * layout_.pixel, add, dx, end);
      }
    }
  }

 private:
  /// Says which outputs won at each pixel of these rows of pooling; nobody's are left out.
  void look_at_pixels(const std::uint8_t* winners, Index begin, Index end) {
    const auto step = [](Index i) { return static_cast<std::int32_t>(i); };
    const Index right = v_.stride * layout_.pixel, down = v_.stride * layout_.line;
    const std::array<Index, kPixels> pixel = {0, right, down, down + right};
    Listed of{.first = step(begin * layout_.width * outputs_),
              .step = 1,
              .offsets = offsets_,
              .shift = {}};
    Index first = 0;
    for (Index y = begin; y < end; ++y) {
      for (Index x = 0; x < layout_.width; ++x, of.first += step(outputs_)) {
        const Counts counts =
            deal(outputs_, winners + of.first, of, layout_.apart, entries_ + first);
        for (std::size_t p = 0; p < pixel.size(); ++p, first += layout_.apart) {
          sums_[used_] = {step(2 * (y * down + x * right) + pixel[p]), step(first), counts[p]};
          used_ += counts[p] > 0 ? 1U : 0U;
        }
      }
    }
  }

  /// Says which outputs won at each place of these rows of pooling.
  void look_at_places(const std::uint8_t* winners, Index begin, Index end) {
    const auto step = [](Index i) { return static_cast<std::int32_t>(i); };
    const Index upper = layout_.upper, left = layout_.left;
    Listed of{.first = step(begin * layout_.width * outputs_),
              .step = 1,
              .offsets = offsets_,
              .shift = {step(upper + left), step(upper), step(left), 0}};
    Entry* last = entries_;
    for (Index y = begin; y < end; ++y) {
      for (Index x = 0; x < layout_.width; ++x, of.first += step(outputs_)) {
        const Entry* const first = last;
        last = list(outputs_, winners + of.first, of, last);
        if (first == last) continue;
        sums_[used_++] = {step(2 * v_.stride * (y * layout_.line + x * layout_.pixel)),
                          step(first - entries_), step(last - first)};
      }
    }
  }

  static void put_numbers(const real* from, Index numbers, bool add, real* to) {
    for (Index i = 0; i < numbers; ++i) to[i] = add ? to[i] + from[i] : from[i];
  }

  // What is written too far belongs to pixels that follow.
  void put_pixel(const real* from, bool add, real* to, const real* end) const {
    if (add || end - to < layout_.pixel) {
      put_numbers(from, v_.channels, add, to);
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
  std::int32_t* offsets_;  // of each output's block
};

double lanes_cost(const Window& v, Index outputs, Index lanes) {
  const Layout layout(v, outputs);
  const Index farthest = std::max({layout.all, layout.image, v.positions() * outputs});
  if (outputs > kMostDealt || !block_sums::reach(farthest)) return kNever;
  return static_cast<double>(v.positions() / kPixels) *
         (static_cast<double>(outputs) * kPut + layout.cost(outputs, lanes));
}

double cost(const Window& v, Index outputs, bool pooled) {
  return pooled ? lanes_cost(v, outputs, 1) : kNever;
}

Index lanes_scratch(const Window& v, Index outputs, int threads, Index lanes) {
  const Layout layout(v, outputs);
  return layout.all + threads * layout.each(lanes);
}

Index scratch(const Window& v, Index outputs, Index /*images*/, int threads, bool /*pooled*/) {
  return lanes_scratch(v, outputs, threads, 1);
}

void run_lanes(const Window& v, Index images, const std::uint8_t* winners,
               std::span<const InputLane> lanes, Index outputs, const real* weight,
               std::span<real> scratch) {
  const Layout layout(v, outputs);
  layout.place(v, outputs, weight, scratch.data());
  const Index each = layout.each(static_cast<Index>(lanes.size()));
  const Index most = (static_cast<Index>(scratch.size()) - layout.all) / each;
  const Index grain = parallel::grain_for(images, most);
  const Index numbers = v.positions() / kPixels * outputs;
  parallel::for_pieces(images, grain, [&](int piece, Index begin, Index end) {
    Image image(v, layout, outputs, scratch.data(), static_cast<Index>(lanes.size()),
                scratch.data() + layout.all + piece * each);
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
